// Regular expressions: what RE2 accepts, and what the engine of Node's client does with it. That engine is the one it installs.

import { createRequire } from 'node:module'
import { RE2JS } from 're2js'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { regexInNode, regexProblem, toWireRegex } from './regex.ts'

const VALID = [
  '/shop\\.v1\\.Cart/(Add|Remove)',
  '(?i)blue',
  '(?P<color>blue)-[0-9]+',
  '(?<color>blue)-[0-9]+',
  'a{2,5}?',
  '[[:alpha:]]\\d\\pL',
  '\\Qa.b\\E',
]

t.test('what RE2 reads is valid', async (t) => {
  for (const regex of VALID) t.equal(regexProblem(regex), undefined, regex)
})

const INVALID: readonly [title: string, regex: string, message: RegExp][] = [
  ['a lookahead', 'a(?=b)', /neither lookaround nor backreferences: .*See https/],
  ['a negative lookbehind', '(?<!a)b', /not a regular expression/],
  ['a backreference', '(a)\\1', /not a regular expression/],
  ['a possessive quantifier', 'a++', /not a regular expression/],
  ['an atomic group', '(?>a)', /not a regular expression/],
  ['a group that is open', '(a', /missing closing \)/],
  ['a quotation that would swallow what follows', '\\Qa', /not a regular expression/],
  ['an escape of another syntax', '\\u0041', /invalid escape/],
  ['two groups of one name', '(?P<a>b)(?P<a>c)', /duplicate/],
  ['a count over 1000', 'a{1001}', /invalid repeat count/],
  ['a program that is too large', '(a{100}){10}b', /is too large: RE2 compiles it to 10\d\d instructions/],
]

for (const [title, regex, message] of INVALID) {
  t.test(`${title} is invalid`, async (t) => {
    t.match(regexProblem(regex), message)
  })
}

const MIXED = /^a letter in one case beside/
const NOT_FOR_NODE: readonly [title: string, regex: string, what: RegExp, twin: string][] = [
  ['a Unicode class', '\\pL+', /^a Unicode class$/, '\\\\pL+'],
  ['a negated Unicode class', '[^\\P{Greek}]', /^a Unicode class$/, '[^\\\\P]'],
  ['a program of more than 100 instructions', 'a{100}', /of 102 instructions, more than 100,$/, 'a{90}'],
  ['a flag of one alternative', 'a|(?i)a', MIXED, '(?i)a|b'],
  ['a flag of a group', '(?i:a)|a', MIXED, '(?i:a)b'],
  ['a flag that ends', '(?i)(?-i:a)|a', MIXED, '(?s)a|b'],
  ['a class of both cases', 'xa|x[aA]', MIXED, '[Aa]dd|[Dd]elete'],
  ['a class of both cases after another', '[a-z]|[aA]', MIXED, '[a-z][aA]|b'],
  ['a text that the client changes', '[(?<]a', /^the text "\(\?<"$/, '[(\\?<](?<n>a)'],
]

for (const [title, regex, what, twin] of NOT_FOR_NODE) {
  t.test(`${title} is valid, but breaks the client for Node`, async (t) => {
    t.equal(regexProblem(regex), undefined)
    t.match(regexInNode(regex), { what, breaks: true, fix: String })
    t.match(regexInNode(twin), { what: 'a regular expression', breaks: undefined }, 'the accepted twin')
  })
}

interface Re2 {
  test(text: string): boolean
}
const ofXdsClient = createRequire(createRequire(import.meta.url).resolve('@grpc/grpc-js-xds'))
const { RE2 } = ofXdsClient('re2-wasm') as { readonly RE2: new (regex: string, flags: 'u') => Re2 }

/** As the client does it. */
function matchesInNode(regex: string, text: string): boolean {
  return new RE2(`^${toWireRegex(regex)}$`, 'u').test(text)
}

t.test('a choice between texts matches whole texts in Node too', async (t) => {
  t.same(
    ['a', 'b', 'ax', 'xb'].map((text) => matchesInNode('a|b', text)),
    [true, true, false, false],
  )
  t.ok(new RE2('^a|b$', 'u').test('ax'), 'which needs the group around it')
})

t.test('Node loses the other case of a letter that an earlier alternative has in one case', async (t) => {
  for (const regex of ['a|[aA]', 'a|(?i)a', '^|a(?i)|a']) {
    t.ok(RE2JS.compile(`(?:${regex})`).testExact('A'), `${regex} matches A`)
    t.notOk(matchesInNode(regex, 'A'), 'but not in Node')
    t.match(regexInNode(regex), { breaks: true }, 'which is reported')
  }
})

const ATOMS = [
  'a',
  'b',
  '.',
  '\\d',
  '\\w',
  '[ab]',
  '[^a]',
  '/',
  '\\.',
  '^',
  '$',
  '\\b',
  '(?i)',
  '(?-i)',
  'A',
  '[aA]',
  '[Éé]',
  '\\Qa.b\\E',
  '(?<',
  'P',
  'é',
]
const GROUPS: readonly ((inner: string) => string)[] = [
  (inner) => `(${inner})`,
  (inner) => `(?:${inner})*`,
  (inner) => `(?i:${inner})`,
  (inner) => `(?:${inner}){1,2}`,
]
const { regexes } = fc.letrec<{ regexes: string }>((tie) => ({
  regexes: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...ATOMS),
    fc.tuple(tie('regexes'), tie('regexes')).map(([a, b]) => a + b),
    fc.tuple(tie('regexes'), tie('regexes')).map(([a, b]) => `${a}|${b}`),
    fc.tuple(fc.constantFrom(...GROUPS), tie('regexes')).map(([group, inner]) => group(inner)),
  ),
}))
const TEXTS = ['', 'a', 'b', 'A', 'É', 'ab', 'a.b', '/', 'é', '1', 'xb', 'ax', 'aab', 'P']

t.test('Node matches the same texts as RE2, for all that is valid for it', async (t) => {
  const isSame = (regex: string) => {
    if (regexProblem(regex) !== undefined || regexInNode(regex)?.breaks) return true
    const [re2, inNode] = [RE2JS.compile(`(?:${regex})`), new RE2(`^${toWireRegex(regex)}$`, 'u')]
    return TEXTS.every((text) => re2.testExact(text) === inNode.test(text))
  }
  // Each leaves some kilobytes in the 16 MiB of that engine.
  t.doesNotThrow(() => fc.assert(fc.property(regexes, isSame), { numRuns: 500, verbose: true }))
})

// Last: nothing is freed, so the engine is of no use afterwards.
t.test('the engine of the client for Node has room for a hundred Unicode classes only', async (t) => {
  const write = process.stderr.write
  process.stderr.write = () => true
  t.teardown(() => {
    process.stderr.write = write
  })
  const fill = () => {
    for (let count = 0; count < 200; count++) new RE2('^\\pL$', 'u')
  }
  t.throws(fill, { message: /OOM/ })
})
