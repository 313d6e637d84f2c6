// Ways to match, each with calls that it takes and calls that it leaves: clients of all kinds must agree about them.

export interface MatchCase {
  readonly title: string
  readonly match: object
  /** Headers of calls that match, and of calls that do not. */
  readonly taken?: readonly Readonly<Record<string, string>>[]
  readonly left?: readonly Readonly<Record<string, string>>[]
}

const values = (...texts: string[]) => texts.map((text) => ({ 'x-a': text }))
export const header = (comparison: object) => ({ headers: { 'x-a': comparison } })
const NONE = {}

export const UNARY = '/switchyard.echo.v1.EchoService/Unary'
const OTHER_CASE = UNARY.toUpperCase()

export const MATCH_CASES: readonly MatchCase[] = [
  {
    title: 'exact',
    match: header({ exact: 'blue' }),
    taken: values('blue'),
    left: [...values('Blue', 'blue1'), NONE],
  },
  {
    title: 'exact-any-case',
    match: header({ exact: 'Blue', ignoreCase: true }),
    taken: values('blue', 'BLUE'),
    left: values('blu'),
  },
  {
    title: 'prefix',
    match: header({ prefix: 'blue-' }),
    taken: values('blue-1'),
    left: [...values('a-blue-1'), NONE],
  },
  {
    title: 'suffix-any-case',
    match: header({ suffix: '.Example', ignoreCase: true }),
    taken: values('a.eXample'),
    left: values('a.example.com'),
  },
  {
    title: 'contains',
    match: header({ contains: 'beta' }),
    taken: values('1-beta-2'),
    left: values('1-BETA-2'),
  },
  {
    title: 'regex',
    match: header({ regex: 'blue|green[0-9]+' }),
    taken: values('blue', 'green12'),
    left: values('bluer', 'agreen1', 'green'),
  },
  {
    title: 'range',
    match: header({ range: { from: -5, to: 20 } }),
    taken: values('-5', '0', '19'),
    left: [...values('20', '-6', '1.5', 'x'), NONE],
  },
  { title: 'present', match: header({ present: true }), taken: values('x'), left: [NONE] },
  { title: 'absent', match: header({ present: false }), taken: [NONE], left: values('x') },
  {
    title: 'different',
    match: header({ exact: 'blue', invert: true }),
    taken: values('red'),
    left: [...values('blue'), NONE],
  },
  {
    title: 'not-in-range',
    match: header({ range: { from: 1, to: 3 }, invert: true }),
    taken: values('3'),
    left: [...values('1'), NONE],
  },
  {
    title: 'two-headers',
    match: { headers: { 'x-a': { prefix: 'b' }, 'x-b': { present: true } } },
    taken: [{ 'x-a': 'blue', 'x-b': '1' }],
    left: [{ 'x-a': 'blue' }, { 'x-b': '1' }],
  },
  { title: 'path', match: { path: UNARY }, taken: [NONE] },
  { title: 'path-right-case', match: { path: OTHER_CASE }, left: [NONE] },
  { title: 'path-any-case', match: { path: OTHER_CASE, ignoreCase: true }, taken: [NONE] },
  { title: 'prefix-any-case', match: { prefix: OTHER_CASE.slice(0, 12), ignoreCase: true }, taken: [NONE] },
  {
    title: 'path-regex',
    match: { regex: '/x|/switchyard\\.echo\\.v1\\.EchoService/(Unary|ServerStream)' },
    taken: [NONE],
  },
  {
    title: 'path-regex-of-a-part',
    match: { regex: '/switchyard\\.echo|/switchyard\\.echo\\.v1\\.EchoService/Una' },
    left: [NONE],
  },
  { title: 'path-regex-any-case', match: { regex: '(?i)/SWITCHYARD.*' }, taken: [NONE] },
  // Of some 140 instructions, where Envoy's own limit is 100.
  {
    title: 'path-regex-large',
    match: {
      regex: `(?:/switchyard\\.echo\\.v1\\.EchoService|/switchyard\\.kv\\.v1\\.KeyValueService|/[a-z]{60})/.*`,
    },
    taken: [NONE],
  },
  { title: 'never', match: { percent: 0 }, left: [NONE] },
  // A false alarm once in a million.
  { title: 'nearly-always', match: { percent: 99.9999 }, taken: [NONE] },
]
