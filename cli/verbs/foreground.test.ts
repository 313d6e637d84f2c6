// `yard serve`, `yard issuer` and the other programs of a service: each alone, used once and ended.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { RestClient } from '../../api/client.ts'
import { KEY_SET_PATH } from '../../services/issuer/issuer-server.ts'
import { sampleConfig } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { NO_ENVOY, runYard, spawnYard } from '../../test/support/yard-process.ts'
import { fetchToken } from '../../testbed/issuer.ts'

/** Starts a verb, and resolves with the JSON of the line that has the field. */
async function start<T>(t: Test, field: keyof T & string, ...args: string[]) {
  const yard = spawnYard(t, t.testdirName, NO_ENVOY, args, 'pipe')
  await yard.printed(`"${field}":`)
  const line = yard
    .stdout()
    .split('\n')
    .find((one) => one.includes(`"${field}":`))
  return { yard, ready: JSON.parse(line ?? '') as T }
}

const ISSUER = ['issuer', '--issuer', 'https://issuer.local']

t.test('yard serve runs the control plane alone, and other verbs use its tokens', async (t) => {
  const config = join(testFolder(t), 'my.yaml')
  writeFileSync(config, stringify(sampleConfig()))
  const flags = ['serve', '--config', config, '--state', join(t.testdirName, 'kept')]
  const { yard, ready } = await start<{ admin: string; xds: string; tokens: string }>(t, 'tokens', ...flags)
  t.match(ready.xds, /^127\.0\.0\.1:\d+$/)
  const { stdout } = await runYard(t, t.testdirName, 'token', '--file', ready.tokens, 'viewer')
  const rest = new RestClient({ url: ready.admin, token: stdout.trim() })
  t.same((await rest.getConfig()).config, sampleConfig())
  t.match(await runYard(t, t.testdirName, 'get', '--admin', ready.admin), {
    code: 1,
    output:
      /needs a token.*"yard token --file FILE" that of "yard serve".*no token was sent, because YARD_TOKEN is not set/,
  })
  yard.kill('SIGTERM')
  t.equal(await yard.ended, 0)
  await t.rejects(rest.getHealth(), { code: 'unreachable' })
})

t.test('yard serve reports invalid flags itself, and its help has the flags of the program', async (t) => {
  const folder = testFolder(t)
  t.match(await runYard(t, folder, 'serve', '--config', '/no.yaml', '--nope'), { code: 2, output: /--nope/ })
  t.match(await runYard(t, folder, 'serve'), { code: 2, output: /--config FILE is missing/ })
  const help = await runYard(t, folder, 'serve', '--help')
  t.match(help, { code: 0, stdout: /--xds-certificate FILE/ })
  t.notMatch(help.stdout, 'main.ts')
})

t.test('yard issuer issues tokens, takes commands, and outlives an empty input', async (t) => {
  testFolder(t)
  const { yard, ready } = await start<{ address: string; tokens: string }>(
    t,
    'tokens',
    ...ISSUER,
    '--tokens',
    '127.0.0.1:0',
  )
  yard.send('{"publish":"EdDSA"}')
  await yard.printed('{"published":')
  yard.endInput()
  const keys = await (await fetch(`http://${ready.address}${KEY_SET_PATH}`)).json()
  t.match(keys, { keys: [{ alg: 'ES256' }, { alg: 'EdDSA' }] })
  const options = { subject: 'alice', audience: 'echo', lifetime: 60, claims: {} }
  t.match(await fetchToken(ready.tokens, options), /^[\w-]+\.[\w-]+\.[\w-]+$/)
  yard.kill('SIGTERM')
  t.equal(await yard.ended, 0)
})

t.test('a program ends with a yard that is killed', async (t) => {
  testFolder(t)
  const { yard, ready } = await start<{ address: string }>(t, 'address', ...ISSUER)
  yard.kill('SIGKILL')
  t.equal(await yard.ended, null, 'its output closes when both have ended')
  await t.rejects(fetch(`http://${ready.address}${KEY_SET_PATH}`))
})

t.test('T29: yard processor runs the example, and reports all invalid flags', async (t) => {
  testFolder(t)
  const { yard, ready } = await start<{ address: string }>(t, 'address', 'processor', '--refuse', 'x-no')
  t.match(ready.address, /^127\.0\.0\.1:\d+$/)
  yard.kill('SIGINT')
  t.equal(await yard.ended, 0)
  t.match(await runYard(t, t.testdirName, 'processor', '--header', 'A', '--status', 'B'), {
    code: 2,
    output: /--header: "A".*--status: unknown status "B"/s,
  })
})

t.test('yard authorizer serves a policy, and reports all invalid flags', async (t) => {
  testFolder(t)
  const { yard, ready } = await start<{ address: string }>(
    t,
    'address',
    ...['authorizer', '--policy', 'policies/authz', '--listen', '127.0.0.1:0', '--allow-plaintext'],
    ...['--mask', '/input/claims/main/email'],
  )
  t.match(ready.address, /^127\.0\.0\.1:\d+$/)
  yard.kill('SIGINT')
  t.equal(await yard.ended, 0)
  t.match(await runYard(t, t.testdirName, 'authorizer', '--mask', 'a', '--mask', 'b'), {
    code: 2,
    output: /--listen: is missing.*--policy: give exactly one .*--mask: "a".*--mask: "b"/s,
  })
})

t.test('T16: yard rate-limiter serves rules, and reports all invalid flags', async (t) => {
  const rules = join(testFolder(t), 'rules.yaml')
  writeFileSync(rules, 'domain: shop\n')
  const { yard, ready } = await start<{ address: string; metrics: string }>(
    t,
    'metrics',
    ...['rate-limiter', '--rules', rules, '--metrics', '127.0.0.1:0'],
  )
  const metrics = await fetch(`http://${ready.metrics}/metrics`)
  t.match(await metrics.text(), /switchyard_rate_limit_unmatched_total 0/)
  yard.kill('SIGTERM')
  t.equal(await yard.ended, 0)
  t.match(await runYard(t, t.testdirName, 'rate-limiter', '--store', 'file.db'), {
    code: 2,
    output: /--rules: is missing.*--store: "file\.db" is not a store/s,
  })
})

t.test('T26: yard log-service serves, and reports all invalid flags', async (t) => {
  testFolder(t)
  const out = join(t.testdirName, 'calls.jsonl')
  const args = ['log-service', '--out', out, '--metrics', '127.0.0.1:0']
  const { yard, ready } = await start<{ address: string; metrics: string }>(t, 'metrics', ...args)
  t.equal((await fetch(`http://${ready.metrics}/metrics`)).status, 200)
  yard.kill('SIGTERM')
  t.equal(await yard.ended, 0)
  t.match(await runYard(t, t.testdirName, 'log-service', '--listen', 'a', '--metrics', 'b'), {
    code: 2,
    output: /--listen: "a" is not an address.*--metrics: "b" is not an address/s,
  })
})
