// Characters that the wire cannot carry, in any text of a document.

import t from 'tap'
import { PUBLIC_KEY } from '../../../test/support/public-key.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { formatSteps } from '../problem.ts'
import { checkConfig } from '../validate.ts'

function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith(changes))
  if ('config' in checked) return {}
  return Object.fromEntries(checked.problems.map(({ steps, message }) => [formatSteps(steps), message]))
}

const HEADERS = 'routes.public.rules.canary.match.headers'

const BAD: readonly [
  title: string,
  changes: Readonly<Record<string, unknown>>,
  path: string,
  message: string,
][] = [
  ['a NUL', { [HEADERS]: { x: 'a\0b' } }, `${HEADERS}.x`, 'has the control character U+0000: remove it'],
  [
    'a line break',
    { [HEADERS]: { x: 'a\n' } },
    `${HEADERS}.x`,
    'has the control character U+000A: remove it',
  ],
  ['a delete', { [HEADERS]: { x: '\x7f' } }, `${HEADERS}.x`, 'has the control character U+007F: remove it'],
  [
    'half of a surrogate pair',
    { [HEADERS]: { x: '\ud83d' } },
    `${HEADERS}.x`,
    'has half of a surrogate pair, which UTF-8 cannot write: remove it',
  ],
  [
    'a control character in a path',
    { 'routes.public.rules.echo.match': { prefix: '/\r' } },
    'routes.public.rules.echo.match.prefix',
    'has the control character U+000D: remove it',
  ],
  [
    'a control character in a list',
    {
      'jwt.main': {
        issuer: 'i',
        audiences: ['a', 'b\x01'],
        jwks: {
          inline: {
            keys: [PUBLIC_KEY],
          },
        },
      },
    },
    'jwt.main.audiences[1]',
    'has the control character U+0001: remove it',
  ],
  [
    'a control character in a name',
    {
      'jwt.main': {
        issuer: 'i',
        audiences: ['a'],
        jwks: { inline: { keys: [{ kid: 'k', kty: 'OKP', alg: 'EdDSA', 'x\0': 'y' }] } },
      },
    },
    'jwt.main.jwks.inline.keys[0]["x\\u0000"]',
    'its name has the control character U+0000: remove it',
  ],
]

for (const [title, changes, path, message] of BAD) {
  t.test(`${title} is reported with its path`, async (t) => {
    t.match(problemsOf(changes), { [path]: message })
  })
}

t.test('a tab and letters of any language are valid', async (t) => {
  t.same(problemsOf({ [HEADERS]: { x: 'a\tb é 🚃' } }), {})
})
