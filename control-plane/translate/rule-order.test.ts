// The order of rules: the more specific one first, and the order in which they were written does not matter.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import type { Match, Rule } from '../document/model.ts'
import { orderRules } from './rule-order.ts'

/** From the most specific to the least; names are chosen so that sorting by name alone would be wrong. */
const ORDERED: readonly [name: string, match: Match][] = [
  ['z-longer-method', { service: 'a.B', method: 'LongCall' }],
  ['y-method-two-headers', { service: 'a.B', method: 'Call', headers: { a: '1', b: '1' } }],
  ['x-method-header', { service: 'a.B', method: 'Call', headers: { a: '1' } }],
  ['w-method', { service: 'a.B', method: 'Call' }],
  ['v-method-any-case', { path: '/a.B/Call', ignoreCase: true, headers: { a: '1' } }],
  ['v-path', { path: '/a' }],
  ['v-long-regex', { regex: '/a\\.B/Call|/a\\.B/Send' }],
  ['u-regex', { regex: '/.*' }],
  ['v-long-prefix', { prefix: '/a.B/CallSomething' }],
  ['u-longer-service', { service: 'a.LongB' }],
  ['t-service-header', { service: 'a.B', headers: { a: '1' } }],
  ['s-service', { service: 'a.B' }],
  ['z-two-values', { headers: { a: '1', b: { exact: '2' } } }],
  ['y-value-and-prefix', { headers: { a: '1', b: { prefix: '2' } } }],
  ['x-value-and-present', { headers: { a: '1', b: { present: true } } }],
  ['w-two-regexes', { headers: { a: { regex: '1' }, b: { range: { from: 1, to: 2 } } } }],
  ['v-two-present', { headers: { a: { present: true }, b: { exact: '1', invert: true } } }],
  ['a-header', { headers: { a: '1' } }],
  ['b-header', { headers: { b: '1' } }],
  ['c-header-prefix', { headers: { b: { prefix: '1' } } }],
  ['b-header-absent', { headers: { b: { present: false } } }],
  ['b-header-different', { headers: { b: { exact: '1', invert: true } } }],
  ['z-one-percent', { percent: 1 }],
  ['a-half', { percent: 50 }],
  ['b-half', { percent: 50 }],
  ['a-all', {}],
]

t.test('rules stand by path, headers, share and name, however they were written', async (t) => {
  const rules = ORDERED.map(([name, match]): [string, Rule] => [name, { match, to: { echo: 1 } }])
  const names = ORDERED.map(([name]) => name)
  fc.assert(
    fc.property(fc.shuffledSubarray(rules), (written) => {
      const ordered = orderRules(Object.fromEntries(written)).map(([name]) => name)
      const expected = names.filter((name) => ordered.includes(name))
      return JSON.stringify(ordered) === JSON.stringify(expected)
    }),
    { verbose: true },
  )
  t.same(
    orderRules(Object.fromEntries(rules.toReversed())).map(([name]) => name),
    names,
  )
})
