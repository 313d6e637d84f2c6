// Merge patches: the examples of RFC 7396, appendix A, and fields from the prototype.

import t from 'tap'
import { mergePatch } from './merge-patch.ts'

const EXAMPLES: readonly [target: unknown, patch: unknown, result: unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

for (const [target, patch, result] of EXAMPLES) {
  t.test(
    `${JSON.stringify(target)} with ${JSON.stringify(patch)} is ${JSON.stringify(result)}`,
    async (t) => {
      const before = structuredClone(target)
      t.same(mergePatch(target, patch), result)
      t.same(target, before, 'the target is not changed')
    },
  )
}

t.test('a field called __proto__ becomes a field, and no prototype', async (t) => {
  const merged = mergePatch({ a: 1 }, JSON.parse('{"__proto__":{"b":2}}'))
  t.ok(Object.hasOwn(merged as object, '__proto__'))
  t.equal(Object.getPrototypeOf(merged), Object.prototype)
})
