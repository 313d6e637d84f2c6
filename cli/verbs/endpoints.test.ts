// `yard endpoints` against a real control plane: the list, a single registration, and one with --keep, which ends with the command.

import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'
import { NO_ENVOY, spawnYard } from '../../test/support/yard-process.ts'

const { endpoints } = sampleWith({}).upstreams.echo ?? {}
const CONFIG = sampleWith({ 'upstreams.echo': { endpoints, endpointsFrom: { registration: {} } } })
const ADDRESS = '127.0.0.1:7109'

const namesIn = async (rest: RestClient) => (await rest.listEndpoints('echo')).endpoints.map(({ id }) => id)

t.test('T31: yard endpoints lists, registers and removes endpoints of an upstream', async (t) => {
  const { rest, yard } = await startYardAndControlPlane(t, CONFIG)
  const flags = ['--weight', '3', '--lease', '5m']
  t.match(await yard(t, 'endpoints', 'echo', 'put', 'b9', ADDRESS, ...flags), {
    code: 0,
    stdout: /^ {2}b9 +127\.0\.0\.1:7109 +registration +3 .*lease 300s, \d+s left$/m,
  })
  const { code, stdout } = await yard(t, 'endpoints', 'echo')
  t.equal(code, 0)
  t.match(stdout, /^ {2}b1 .* document$/m)
  t.match(stdout, /^ {2}b9 .* registration /m)
  const json = await yard(t, 'endpoints', 'echo', '-o', 'json')
  t.match(JSON.parse(json.stdout), { upstream: 'echo', source: { source: 'registration', endpoints: 1 } })

  t.match(await yard(t, 'endpoints', 'echo', 'delete', 'b9'), { code: 0, stdout: '', output: /removed b9/ })
  t.notOk((await namesIn(rest)).includes('b9'))
  t.match(await yard(t, 'endpoints', 'echo', 'delete', 'b9'), { code: 2, output: /b9/ })
})

t.test('T31: an endpoint that is not served says so in the list', async (t) => {
  const { yard } = await startYardAndControlPlane(t, CONFIG)
  const { address = '' } = endpoints?.b1 ?? {}
  await yard(t, 'endpoints', 'echo', 'put', 'twin', address)
  const { stdout } = await yard(t, 'endpoints', 'echo')
  t.match(stdout, /^ {2}twin .*not served: its name or address is taken; lease/m)
  t.match(stdout, /twin is not served, because b1 has its address/)
})

t.test('T31: --keep renews an endpoint until the command is ended, and then removes it', async (t) => {
  const { rest, adminUrl } = await startYardAndControlPlane(t, CONFIG)
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const yard = keep(t, adminUrl)
    await yard.printed('Ctrl-C removes it')
    const events = rest.getEvents()
    await events.next()
    // Only a renewal brings it back.
    await rest.deleteEndpoint('echo', 'b9')
    for await (const { name, data } of events) {
      if (name === 'endpoints' && data.added.includes('b9')) break
    }
    yard.kill(signal)
    t.equal(await yard.ended, code)
    t.match(yard.output(), /removed b9 of upstream echo\n$/)
    t.notOk((await namesIn(rest)).includes('b9'))
  }
})

t.test(
  'T31: --keep goes on when the control plane is back, and ends if it takes no registrations',
  async (t) => {
    const options = { config: CONFIG, xds: '127.0.0.1:0', secretsFolder: testFolder(t) }
    const first = await startControlPlane({ ...options, admin: '127.0.0.1:0' })
    const yard = keep(t, first.adminUrl)
    await yard.printed('Ctrl-C removes it')
    await first.close()
    await yard.printed('trying again until it is renewed')
    const { host: admin } = new URL(first.adminUrl)
    const second = await startControlPlane({ ...options, admin })
    t.teardown(() => second.close())
    await yard.printed('renewed b9 of upstream echo')
    const rest = new RestClient({ url: second.adminUrl })
    t.ok((await namesIn(rest)).includes('b9'))
    await rest.patchConfig({ upstreams: { echo: { endpointsFrom: null } } }, { wait: false })
    t.equal(await yard.ended, 2)
    t.match(yard.output(), /endpointsFrom/)
  },
)

for (const [title, args, says] of [
  ['flags of put without put', ['--keep'], /--keep belong to "put ID ADDRESS"/],
  ['put without an address', ['put', 'b9'], /give the address of "b9", such as 10\.0\.0\.7:8080/],
  ['delete without a name', ['delete'], /name the endpoint/],
  ['delete with an address', ['delete', 'b9', ADDRESS], /delete takes no address/],
  ['another action', ['drop', 'b9'], /Allowed choices are put, delete/],
] as const) {
  t.test(`yard endpoints with ${title} exits with 2`, async (t) => {
    const yard = spawnYard(t, testFolder(t), NO_ENVOY, ['endpoints', 'echo', ...args])
    t.equal(await yard.ended, 2)
    t.match(yard.output(), says)
  })
}

/** With a lease that is renewed three times in five seconds, and that does not end before on a busy machine. */
function keep(t: Test, admin: string) {
  const args = ['endpoints', 'echo', 'put', 'b9', ADDRESS, '--lease', '5s', '--keep', '--admin', admin]
  return spawnYard(t, t.testdirName, NO_ENVOY, args)
}
