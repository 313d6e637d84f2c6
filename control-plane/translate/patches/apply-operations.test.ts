// Operations of JSON patch: what each changes, and what is said where one does not apply.

import t from 'tap'
import type { Operation } from '../../switches/patches.ts'
import { applyOperations } from './apply-operations.ts'

const DOCUMENT = { name: 'main', chains: [{ id: 'a' }, { id: 'b' }], 'a/b~c': 1, idleTimeout: '5s' }
const apply = (...operations: readonly Operation[]) => applyOperations(DOCUMENT, operations, (json) => json)

const APPLIED: readonly [operation: Operation, document: object, changes: readonly object[]][] = [
  [{ op: 'add', path: '/port', value: 1 }, { ...DOCUMENT, port: 1 }, [{ pointer: '/port', after: 1 }]],
  [
    { op: 'add', path: '/name', value: 'x' },
    { name: 'x' },
    [{ pointer: '/name', before: 'main', after: 'x' }],
  ],
  [
    { op: 'add', path: '/chains/0', value: 1 },
    { chains: [1, { id: 'a' }, { id: 'b' }] },
    [{ pointer: '/chains/0', after: 1 }],
  ],
  [{ op: 'add', path: '/chains/-', value: 1 }, { chains: [{}, {}, 1] }, [{ pointer: '/chains/2', after: 1 }]],
  [{ op: 'add', path: '/chains/2', value: 1 }, { chains: [{}, {}, 1] }, [{ pointer: '/chains/2', after: 1 }]],
  [
    { op: 'replace', path: '/a~1b~0c', value: null },
    { 'a/b~c': null },
    [{ pointer: '/a~1b~0c', before: 1, after: null }],
  ],
  [
    { op: 'remove', path: '/chains/0' },
    { chains: [{ id: 'b' }] },
    [{ pointer: '/chains/0', before: { id: 'a' } }],
  ],
  [
    { op: 'move', from: '/chains/0', path: '/chains/-' },
    { chains: [{ id: 'b' }, { id: 'a' }] },
    [
      { pointer: '/chains/0', before: { id: 'a' } },
      { pointer: '/chains/1', after: { id: 'a' } },
    ],
  ],
  [
    { op: 'copy', from: '/name', path: '/alias' },
    { ...DOCUMENT, alias: 'main' },
    [{ pointer: '/alias', after: 'main' }],
  ],
  [{ op: 'test', path: '/chains/1', value: { id: 'b' } }, DOCUMENT, []],
]

for (const [operation, document, changes] of APPLIED) {
  t.test(`T30: ${operation.op} at ${operation.path} applies`, async (t) => {
    const before = structuredClone(DOCUMENT)
    const applied = apply(operation)
    if ('message' in applied) return t.fail(applied.message)
    t.match(applied.documents.at(-1), document)
    t.same(applied.changes, changes)
    t.same(DOCUMENT, before, 'the document itself stays as it is')
  })
}

const REJECTED: readonly [operation: Operation, message: string][] = [
  [
    { op: 'remove', path: '/chains/2' },
    'remove does not apply: there is nothing at /chains/2; the nearest is /chains, a list of 2 items',
  ],
  [
    { op: 'replace', path: '/chains/01', value: 1 },
    'replace does not apply: there is nothing at /chains/01; the nearest is /chains, a list of 2 items',
  ],
  [
    { op: 'replace', path: '/idle_timeout', value: '9s' },
    'replace does not apply: there is nothing at /idle_timeout; did you mean /idleTimeout?',
  ],
  [
    { op: 'remove', path: '/nothing/deep' },
    'remove does not apply: there is nothing at /nothing/deep; the nearest is the top, which has name, chains, a/b~c, idleTimeout',
  ],
  [
    { op: 'remove', path: '/name/first' },
    'remove does not apply: there is nothing at /name/first; the nearest is /name, which has nothing in it',
  ],
  [
    { op: 'add', path: '/chain/0', value: 1 },
    'add does not apply: nothing can be put at /chain/0, because its parent is missing; did you mean /chains?',
  ],
  [
    { op: 'add', path: '/chains/3', value: 1 },
    'add does not apply: nothing can be put at /chains/3; the nearest is /chains, a list of 2 items',
  ],
  [
    { op: 'add', path: '/name/x', value: 1 },
    'add does not apply: nothing can be put at /name/x; the nearest is /name, which has nothing in it',
  ],
  [
    { op: 'copy', from: '/chains/x', path: '/y' },
    'copy does not apply: there is nothing at /chains/x; the nearest is /chains, a list of 2 items',
  ],
  [
    { op: 'move', from: '/chains', path: '/chains/0/within' },
    'move does not apply: /chains/0/within is within /chains, and nothing moves into itself',
  ],
  [{ op: 'test', path: '/name', value: 'edge' }, 'test fails: at /name is "main", not "edge"'],
  [
    { op: 'test', path: '/toString', value: 'edge' },
    'test does not apply: there is nothing at /toString; the nearest is the top, which has name, chains, a/b~c, idleTimeout',
  ],
]

for (const [operation, message] of REJECTED) {
  t.test(`T30: "${message}"`, async (t) => {
    t.same(apply({ op: 'test', path: '/name', value: 'main' }, operation), { index: 1, message })
  })
}

t.test(
  'T30: a patch adds a limited number of values, so that copies into copies fill no memory',
  async (t) => {
    const copies = Array.from(
      { length: 99 },
      (_, index): Operation => ({ op: 'copy', from: '/a', path: `/a/${index}` }),
    )
    const start: Operation = { op: 'add', path: '/a', value: {} }
    t.match(apply(start, ...copies), {
      index: 14,
      message: /^copy makes the resource too large: .* 10000 values/,
    })
    t.match(apply(start, ...copies.slice(0, 13)), { documents: { length: 14 } }, 'fewer')

    const nest = (depth: number) => Array.from({ length: depth }).reduce<object>((inner) => ({ inner }), {})
    const add = (value: object) => apply({ op: 'add', path: '/a', value })
    t.match(add(nest(200)), { index: 0, message: /nest at most 100 deep/ })
    t.match(add(nest(50)), { documents: { length: 1 } }, 'less deep')
  },
)
