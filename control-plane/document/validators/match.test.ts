// What a rule may match, and what is rejected, each beside an accepted twin.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { thrownBy } from '../../../test/support/thrown.ts'
import { validateConfig } from '../validate.ts'

const MATCH = 'routes.public.rules.echo.match'

const REJECTED: readonly [
  title: string,
  match: object,
  problems: Readonly<Record<string, RegExp>>,
  twin: object,
][] = [
  [
    'a path beside a service',
    { service: 'a.B', path: '/a.B/C' },
    { path: /cannot be combined with service or method: remove one$/ },
    { path: '/a.B/C' },
  ],
  [
    'a regular expression beside a prefix and a path',
    { path: '/a', prefix: '/a', regex: '/a' },
    { prefix: /cannot be combined with path/, regex: /cannot be combined with path/ },
    { regex: '/a' },
  ],
  [
    'a path with a query',
    { path: '/a?b=1' },
    { path: /^must be a whole path without a query/ },
    { path: '/a' },
  ],
  ['a regular expression of JavaScript', { regex: '/a(?=b)' }, { regex: /lookaround/ }, { regex: '/a(b)' }],
  [
    'ignoreCase beside a regular expression',
    { regex: '/a', ignoreCase: true },
    { ignoreCase: /begin the expression with \(\?i\)$/ },
    { regex: '(?i)/a', ignoreCase: false },
  ],
  ['a share over 100', { percent: 100.5 }, { percent: /from 0 to 100/ }, { percent: 0 }],
  [
    'a share with five decimals',
    { percent: 0.00012 },
    { percent: /more than four decimals, .*: write 0.0001$/ },
    { percent: 33.3333 },
  ],
  [
    'an empty comparison',
    { headers: { a: {} } },
    { 'headers.a': /^must be the whole value of the header, .*, not \{\}$/ },
    { headers: { a: '1' } },
  ],
  [
    'a comparison with a modifier only',
    { headers: { a: { invert: true } } },
    { 'headers.a': /says nothing/ },
    { headers: { a: { invert: true, exact: '1' } } },
  ],
  [
    'two comparisons of one header',
    { headers: { a: { prefix: 'x', suffix: 'y' } } },
    { 'headers.a.suffix': /cannot be combined with prefix: remove one/ },
    { headers: { a: { prefix: 'x' }, b: { suffix: 'y' } } },
  ],
  [
    'a comparison that is not known',
    { headers: { a: { prefx: 'x' } } },
    { 'headers.a.prefx': /^unknown field\. Did you mean prefix\?/ },
    { headers: { a: { prefix: 'x' } } },
  ],
  [
    'a start of no letters',
    { headers: { a: { prefix: '' } } },
    { 'headers.a.prefix': /the start of the value/ },
    { headers: { a: { prefix: '0' } } },
  ],
  [
    'a regular expression of JavaScript for a header',
    { headers: { a: { regex: '(a)\\1' } } },
    { 'headers.a.regex': /backreferences/ },
    { headers: { a: { regex: 'aa' } } },
  ],
  [
    'an empty range',
    { headers: { a: { range: { from: 5, to: 5 } } } },
    { 'headers.a.range': /^matches nothing, .*: write a number above 5 as to$/ },
    { headers: { a: { range: { from: 5, to: 6 } } } },
  ],
  [
    'a range without an end',
    { headers: { a: { range: { from: 5 } } } },
    { 'headers.a.range.to': /^is missing: write the number above the largest/ },
    { headers: { a: { range: { from: -5, to: 5 } } } },
  ],
  [
    'ignoreCase beside what has no case',
    { headers: { a: { present: true, ignoreCase: true }, b: { regex: 'x', ignoreCase: true } } },
    {
      'headers.a.ignoreCase': /^has no effect on present: remove it$/,
      'headers.b.ignoreCase': /^has no effect on regex: .*\(\?i\)$/,
    },
    { headers: { a: { contains: 'x', ignoreCase: true } } },
  ],
  [
    'an inverted presence',
    { headers: { a: { present: true, invert: true } } },
    { 'headers.a.invert': /write present: false$/ },
    { headers: { a: { present: false } } },
  ],
]

function problemsOf(match: object): Readonly<Record<string, string>> {
  const { problems } = thrownBy(() => validateConfig(sampleWith({ [MATCH]: match })))
  return Object.fromEntries(problems.map(({ path, message }) => [path.slice(MATCH.length + 1), message]))
}

for (const [title, match, problems, twin] of REJECTED) {
  t.test(`${title} is rejected`, async (t) => {
    const found = problemsOf(match)
    t.same(Object.keys(found).toSorted(), Object.keys(problems).toSorted())
    t.match(found, problems)
    t.ok(validateConfig(sampleWith({ [MATCH]: twin })), 'the accepted twin')
  })
}

const RULES = 'routes.public.rules'

t.test('two rules of one match are rejected, however it is written', async (t) => {
  const written: readonly [object, object][] = [
    [{ headers: { a: '1' } }, { headers: { a: { exact: '1', invert: false } }, ignoreCase: false }],
    [
      { headers: { a: { range: { from: 1, to: 2 } } } },
      { headers: { a: { range: { to: 2, from: 1 } } }, percent: 100 },
    ],
  ]
  for (const [echo, canary] of written) {
    const document = sampleWith({ [`${RULES}.echo.match`]: echo, [`${RULES}.canary.match`]: canary })
    t.match(thrownBy(() => validateConfig(document)).problems, [
      { path: `${RULES}.canary.match`, message: /^is also the match of echo,/ },
    ])
  }
  const half = { headers: { a: '1' }, percent: 50 }
  t.ok(
    validateConfig(sampleWith({ [`${RULES}.echo.match`]: half, [`${RULES}.canary.match`]: half })),
    'two shares of the same calls are not one match',
  )
})
