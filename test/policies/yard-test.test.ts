// `yard test` on real Envoys: a file with everything that can be asked holds, and each expectation fails where it is wrong.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openPolicyBed } from '../../policy-tests/run/policy-bed.ts'
import { runFiles } from '../../policy-tests/run/run-files.ts'
import { readDocumentOf } from '../../policy-tests/suite/read-document.ts'
import { readSuite } from '../../policy-tests/suite/read-suite.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { runYard } from '../support/yard-with-envoy.ts'

const FILE = fileURLToPath(new URL('shop/orders.test.yaml', import.meta.url))
const TEXT = readFileSync(FILE, 'utf8')
const [SETUP = ''] = TEXT.split('\nexpect:')

/** The same file with other expectations. */
const suiteWith = (expect: string) => readSuite(`${SETUP}\nexpect:\n${expect}`, FILE)

t.test('yard test', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const bed = openPolicyBed()
  t.teardown(() => bed.close())

  await t.test('statuses, upstreams, headers, tries and times are as the file says', async (t) => {
    const { cells, envoy } = await runFiles(bed, [FILE])
    t.match(envoy, /^\d+\.\d+\.\d+/)
    const failed = cells.filter(({ passed }) => !passed)
    t.strictSame(
      failed.map(({ line, call, caller, problems }) => [line, call, caller, ...problems]),
      [],
    )
    t.ok(cells.length > 35, 'every line is a cell, and "others" are several')
  })

  await t.test('each expectation fails where it is wrong', async (t) => {
    const suite = suiteWith(`
  read:
    anonymous: OK
    admin: { status: [UNAUTHENTICATED, PERMISSION_DENIED], upstream: null, tries: 2 }
    bob: { status: OK, upstream: audit, headers: { x-user: alice, x-role: admin, x-forwarded-proto: null }, atLeast: 9s }
    expired: { status: UNAUTHENTICATED, message: missing, headers: { x-user: bob }, upstream: orders }
  slow:
    admin: { status: DEADLINE_EXCEEDED, atMost: 1ms }
  watch:
    bob: { status: OK, responseHeaders: { x-served-by: null, x-stock: "4", x-internal: o1 } }
  billing:
    insider: OK
`)
    const { cells } = await bed.run(suite, await readDocumentOf(suite))
    t.equal(
      cells.every(({ passed }) => !passed),
      true,
    )
    t.match(
      cells.map(({ problems }) => problems),
      [
        [/^the status is UNAUTHENTICATED \(Jwt is missing\), not OK$/],
        [
          /^the status is OK, not UNAUTHENTICATED or PERMISSION_DENIED$/,
          /^the call reaches the upstream orders, and should reach none$/,
          /^1 tries reach an upstream, not 2$/,
        ],
        [
          /^the call reaches the upstream orders, not audit$/,
          /^x-user is "bob", and should be "alice"$/,
          /^x-role does not reach the upstream, and should be "admin"$/,
          /^x-forwarded-proto reaches the upstream as "http", and should not$/,
          /^the call takes \d+ ms, and should take at least 9s$/,
        ],
        [
          /^the message is "Jwt is expired", without "missing"$/,
          /^the call reaches no upstream, and should reach orders$/,
          /^the call reaches no upstream, so x-user reaches none$/,
        ],
        [/^the call takes \d+ ms, and should take at most 1ms$/],
        [
          /^x-served-by reaches the caller as "edge", and should not$/,
          /^x-stock reaches the caller as "3", and should be "4"$/,
          /^x-internal does not reach the caller, and should be "o1"$/,
        ],
        [/^the status is UNAVAILABLE \(the server ended the connection\), not OK$/],
      ],
    )
  })

  await t.test(
    'another document is a flip: what it does not protect is open, and closed again after it',
    async (t) => {
      const suite = suiteWith('  write: { bob: PERMISSION_DENIED }\n  read: { anonymous: UNAUTHENTICATED }')
      const document = await readDocumentOf(suite)
      const { edge } = document.fleets
      const weakened = {
        ...document,
        fleets: { ...document.fleets, edge: { ...edge, security: { allowUnprotected: true } } },
      }
      const statuses = async (one: object) => {
        const { cells } = await bed.run(suite, one as typeof document)
        return cells.map(({ observed }) => observed.status)
      }
      t.strictSame(await statuses(weakened), ['OK', 'OK'])
      t.strictSame(await statuses(document), ['PERMISSION_DENIED', 'UNAUTHENTICATED'])
    },
  )

  await t.test('calls of a serial file never meet each other', async (t) => {
    const suite = (serial: boolean) =>
      suiteWith(
        `  slow: { admin: DEADLINE_EXCEEDED, bob: DEADLINE_EXCEEDED, user: DEADLINE_EXCEEDED }\nserial: ${serial}`,
      )
    const document = await readDocumentOf(suite(true))
    const orders = { ...document.upstreams.orders, circuitBreaker: { requests: 1 } }
    const narrow = { ...document, upstreams: { ...document.upstreams, orders } } as typeof document
    const failures = async (serial: boolean) => {
      const { cells } = await bed.run(suite(serial), narrow)
      return cells.filter(({ passed }) => !passed).length
    }
    t.equal(await failures(true), 0)
    t.ok((await failures(false)) > 0, 'together, some of them find the upstream full')
  })

  await t.test(
    'a document that Envoy NACKs is reported in its words, and the next one is served',
    async (t) => {
      const suite = suiteWith('  bytes: { anonymous: OK }')
      const document = await readDocumentOf(suite)
      const { partners } = document.fleets
      const operations = [{ op: 'add', path: '/connectTimeout', value: '0s' }]
      const patch = { enabled: true, type: 'cluster', resource: 'orders', operations }
      const patched = {
        ...document,
        fleets: { ...document.fleets, partners: { ...partners, patches: { patch } } },
      }
      await t.rejects(bed.run(suite, patched as typeof document), {
        code: 'nacked',
        message: /partners:\n {2}upstreams\.orders: .*ConnectTimeout/s,
      })
      const { cells } = await bed.run(suite, document)
      t.strictSame(
        cells.map(({ observed }) => observed.status),
        ['OK'],
      )
    },
  )

  await t.test('names that lead nowhere are reported at once, by line and column', async (t) => {
    const suite = readSuite(
      TEXT.replace('authorizer: ', '# authorizer: ')
        .replace('provider: main, claims: { roles', 'provider: mian, claims: { roles')
        .replace('method: shop.Orders/Watch', 'method: shop.Orders/Wach')
        .replace('message: { id: "7", amount: 5 }', 'message: { id: "7", amounts: 5 }')
        .replace('fleet: devices', 'fleet: device')
        .replace('listener: bytes', 'listener: byte')
        .replace('upstream: audit', 'upstream: audits'),
      FILE,
    )
    await t.rejects(bed.run(suite, await readDocumentOf(suite)), {
      code: 'invalid-argument',
      problems: [
        {
          path: /:\d+:\d+ authorizer$/,
          message: /^is needed, because the fleet roles asks the upstream authorizer/,
        },
        {
          path: /orders\.test\.yaml:\d+:\d+ callers\.user\.token\.provider$/,
          message: /^unknown entry of jwt "mian"/,
        },
        { path: /calls\.watch\.method$/, message: /Did you mean shop\.Orders\/Watch\?$/ },
        { path: /calls\.write\.message$/, message: /key "amounts" is unknown/ },
        { path: /calls\["device read"\]\.fleet$/, message: /^unknown fleet of Envoys "device"/ },
        { path: /calls\.bytes\.listener$/, message: /^unknown listener "byte"\. Did you mean bytes\?$/ },
        {
          path: /expect\.audited\.bob\.upstream$/,
          message: /^unknown upstream "audits"\. Did you mean audit\?$/,
        },
      ],
    })
  })
})

t.test('the command prints a table, and its exit code says whether all calls went as expected', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { code, stdout } = await runYard(t, testFolder(t), 'test', FILE)
  t.equal(code, 0)
  t.match(stdout, /read +admin +OK +OK +orders +\d+ +ok\n/)
  t.match(stdout, /\n\d+ passed, 0 failed in [\d.]+ s on Envoy \d/)
})
