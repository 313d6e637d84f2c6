// A test file of `yard test`: its cells, and its problems with line and column.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { SwitchyardError } from '../../core/errors.ts'
import { blocksOf } from '../../test/support/markdown-blocks.ts'
import { readSuite } from './read-suite.ts'

const GOOD = `document: document.yaml
protos: [shop.proto]
callers:
  anonymous: {}
  alice: { token: { provider: main, claims: { roles: [admin] }, endsIn: -5m } }
  partner: { certificate: { uri: 'spiffe://example.org/partner' } }
calls:
  read: { method: shop.Orders/Get, message: { id: '1' } }
  write: { method: shop.Orders/Put, backend: { failFirst: 2, delay: 50ms } }
expect:
  read:
    anonymous: UNAUTHENTICATED
    alice: { status: OK, upstream: orders, headers: { x-user: alice, x-admin: null }, tries: 3, atMost: 1s }
  write:
    alice: [OK, UNAVAILABLE]
    others: PERMISSION_DENIED
`

t.test('a cell for each caller that an expectation names, or that "others" stands for', async (t) => {
  const { cells, settings } = readSuite(GOOD, 'orders.test.yaml')
  t.equal(settings.document, 'document.yaml')
  t.strictSame(
    cells.map(({ line, call, caller, expected }) => [line, call, caller, expected.status]),
    [
      [12, 'read', 'anonymous', 'UNAUTHENTICATED'],
      [13, 'read', 'alice', 'OK'],
      [15, 'write', 'alice', ['OK', 'UNAVAILABLE']],
      [16, 'write', 'anonymous', 'PERMISSION_DENIED'],
      [16, 'write', 'partner', 'PERMISSION_DENIED'],
    ],
  )
})

t.test('the file in docs/yard.md is a test file', async (t) => {
  const page = readFileSync(new URL('../../docs/yard.md', import.meta.url), 'utf8')
  const [block] = blocksOf(page).filter(({ title }) => title === 'orders.test.yaml')
  t.equal(readSuite(block?.text ?? '', 'orders.test.yaml').cells.length, 7)
})

t.test('all problems at once, in the order of the file, each with line and column', async (t) => {
  const bad = GOOD.replace('endsIn: -5m', 'endsIn: soon')
    .replace('failFirst: 2', 'failFrist: 2')
    .replace('anonymous: UNAUTH', 'anonymos: UNAUTH')
    .replace('status: OK', 'status: FINE')
    .replace('  write:\n    alice', '  writes:\n    alice')
  const error = t.throws(() => readSuite(bad, 'orders.test.yaml')) as unknown as SwitchyardError
  t.ok(error instanceof SwitchyardError)
  t.equal(error.code, 'invalid-argument')
  t.match(
    error.problems.map(({ path, message }) => `${path}: ${message}`),
    [
      /^orders\.test\.yaml:5:\d+ callers\.alice\.token\.endsIn: must be the end of the token/,
      /^orders\.test\.yaml:9:\d+ calls\.write\.backend\.failFrist: unknown field\. Did you mean failFirst/,
      /^orders\.test\.yaml:12:5 expect\.read\.anonymos: unknown caller "anonymos"\. Did you mean anonymous\?$/,
      /^orders\.test\.yaml:13:\d+ expect\.read\.alice\.status: must be a gRPC status/,
      /^orders\.test\.yaml:14:3 expect\.writes: unknown call "writes"\. Did you mean write\?$/,
    ],
  )
  t.equal(error.problems.length, 5)
})

const REJECTED: readonly [title: string, text: string, problem: RegExp][] = [
  ['text that is not YAML', 'callers: [', /test\.yaml:1:\d+/],
  [
    'neither method nor path',
    GOOD.replace('method: shop.Orders/Get, ', ''),
    /calls\.read\.method: is needed/,
  ],
  [
    'a message for a path',
    GOOD.replace('method: shop.Orders/Get', 'path: /x'),
    /calls\.read\.message: needs a/,
  ],
  [
    'a method without protos',
    GOOD.replace('protos: [shop.proto]\n', ''),
    /calls\.read\.method: needs the protos/,
  ],
  [
    'token beside tokens',
    GOOD.replace('{ token:', '{ tokens: [{ provider: main }], token:'),
    /tokens: cannot be/,
  ],
  [
    'a caller named "others"',
    GOOD.replace('  anonymous: {}', '  anonymous: {}\n  others: {}'),
    /callers\.others: is/,
  ],
]

for (const [title, text, problem] of REJECTED) {
  t.test(`${title} is rejected`, async (t) => {
    t.throws(() => readSuite(text, 'test.yaml'), { message: problem })
  })
}
