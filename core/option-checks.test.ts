// Checks of options: each rejects what makes no sense, and all problems are found at once.

import t from 'tap'
import {
  type Check,
  COUNT,
  FLAG,
  FUNCTION,
  OBJECT,
  oneOf,
  optionsWith,
  POSITIVE_TIME,
  rejectProblems,
  TIME,
} from './option-checks.ts'

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: ENDLESS } = Number

const CHECKS: Readonly<
  Record<string, readonly [Check, valid: readonly unknown[], invalid: readonly unknown[]]>
> = {
  TIME: [TIME, [0, 0.5, 1e12, ENDLESS], [-1, NOT_A_NUMBER, -ENDLESS, '5', null, 5n]],
  POSITIVE_TIME: [POSITIVE_TIME, [0.5, ENDLESS], [0, -1, NOT_A_NUMBER, '5']],
  COUNT: [COUNT, [1, 2 ** 40], [0, 1.5, NOT_A_NUMBER, ENDLESS, '5', 2 ** 60]],
  FLAG: [FLAG, [true, false], [0, 'true', null]],
  FUNCTION: [FUNCTION, [() => {}], [{}, 'f']],
  OBJECT: [OBJECT, [{}, []], [null, 'o', () => {}]],
  oneOf: [oneOf('off', 'all'), ['off', 'all'], ['of', 0, undefined]],
  optionsWith: [optionsWith({ a: FLAG }), [{}, { a: true }, { a: undefined }], [{ a: 1 }, { b: 1 }, null, 1]],
}

for (const [name, [check, valid, invalid]] of Object.entries(CHECKS)) {
  t.test(`${name} accepts what makes sense, and names what does not with its path`, async (t) => {
    for (const value of valid) t.strictSame(check(value, 'at'), [], String(value))
    for (const value of invalid) t.match(check(value, 'at'), [{ path: /^at/ }], String(value))
  })
}

t.test('options inside of options have their problems found with the others', async (t) => {
  const check = optionsWith({ on: FLAG, inner: optionsWith({ ms: TIME, count: COUNT }, ['ms']) }, ['on'])
  t.strictSame(check({ on: true, inner: { ms: 1 } }, ''), [])
  t.strictSame(check({ inner: { count: 0 }, Inner: {} }, ''), [
    { path: 'on', message: 'undefined is not true or false' },
    { path: 'inner.ms', message: 'undefined is not a number of milliseconds from 0 on' },
    { path: 'inner.count', message: '0 is not a whole number from 1 on' },
    { path: 'Inner', message: 'unknown option. Use one of: on, inner' },
  ])
})

t.test('options that a class inherits count', async (t) => {
  class Defaults {
    get ms() {
      return -1
    }
  }
  t.match(optionsWith({ ms: TIME })(new Defaults(), ''), [{ path: 'ms' }])
})

t.test('a message shows strings, and never the content of objects', async (t) => {
  const messages = ['5', { key: 'secret' }, ['secret'], () => 'secret'].map(
    (value) => TIME(value, 'ms')[0]?.message,
  )
  t.strictSame(
    messages,
    ['"5"', 'an object', 'a list', 'a function'].map(
      (what) => `${what} is not a number of milliseconds from 0 on`,
    ),
  )
  t.match(oneOf('off', 'all')('of', 'errors'), [{ message: '"of" is not one of: "off", "all"' }])
})

t.test('problems are thrown together, and without problems nothing is', async (t) => {
  rejectProblems('invalid:', [])
  const problems = [TIME(-1, 'a'), COUNT(0, 'b')].flat()
  t.throws(() => rejectProblems('invalid:', problems), {
    code: 'invalid-argument',
    message: /^invalid:/,
    problems,
  })
})
