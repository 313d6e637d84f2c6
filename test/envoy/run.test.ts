// A real Envoy as a process: it starts without a control plane, reports why it cannot start, and leaves nothing behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { type BootstrapOptions, createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { type RunEnvoyOptions, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { testFolder } from '../support/test-folder.ts'

const { path: binary } = findEnvoy()

async function bootstrapOptions(): Promise<BootstrapOptions> {
  const nobody = `127.0.0.1:${await freePort()}`
  return { nodeId: 'edge/0', cluster: 'edge', listenerAddress: '127.0.1.5', xds: { address: nobody } }
}

async function start(t: Test, changed: Partial<RunEnvoyOptions> = {}) {
  const bootstrap = createBootstrap(await bootstrapOptions())
  const envoy = await runEnvoy({ binary, bootstrap, folder: testFolder(t), ...changed })
  t.teardown(() => envoy.stop())
  return envoy
}

/** Whether nobody listens at the socket. */
async function isFree(adminUrl: string): Promise<boolean> {
  const socket = connect(adminUrl.slice('unix:'.length))
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return !connected
}

t.test('Envoy starts without a control plane: its admin answers and shows the bootstrap', async (t) => {
  const envoy = await start(t)
  t.match(envoy, {
    nodeId: 'edge/0',
    address: '127.0.1.5',
    adminUrl: /^unix:\/.*\/edge%2F0-\d+\.admin\.sock$/,
  })
  t.equal(await envoy.admin.ready(), 'PRE_INITIALIZING', 'it waits for its clusters')
  const { configs } = await envoy.admin.configDump()
  t.match(configs, [
    { bootstrap: { node: { id: 'edge/0', metadata: { switchyard: { listener_address: '127.0.1.5' } } } } },
  ])
})

t.test('Envoy uses the configured protocol, drain time and concurrency', async (t) => {
  for (const protocol of ['delta', 'sotw'] as const) {
    const bootstrap = createBootstrap({ ...(await bootstrapOptions()), protocol })
    const envoy = await start(t, { bootstrap, drainTimeSeconds: 7, concurrency: 2 })
    const info = JSON.parse(await envoy.admin.read('/server_info'))
    t.match(info, { command_line_options: { drain_time: '7s', concurrency: 2, disable_hot_restart: true } })
    await envoy.stop()
  }
})

t.test("Envoy's output is in its log file", async (t) => {
  const folder = join(testFolder(t), 'not', 'yet', 'there')
  const envoy = await start(t, { folder })
  t.equal(envoy.logFile, join(folder, 'edge%2F0.log'))
  // The file is written as output arrives, so it may be late.
  while (!(await readFile(envoy.logFile, 'utf8')).includes('cm init')) await envoy.admin.ready()
})

t.test('stop() ends Envoy, may be called again, and leaves no socket behind', async (t) => {
  const envoy = await start(t)
  t.equal(await isFree(envoy.adminUrl), false)
  await envoy.stop()
  t.same(await envoy.exited, { code: 0, signal: null })
  t.equal(await isFree(envoy.adminUrl), true)
  t.equal(existsSync(envoy.adminUrl.slice('unix:'.length)), false)
  await envoy.stop()
  await t.rejects(envoy.admin.ready(), { code: 'process-failed', message: /did not answer/ })
})

t.test(
  'a group that has stopped leaves no socket behind, even if the process exits in the same moment',
  async (t) => {
    const group = new ProcessGroup()
    const envoy = await start(t, { group })
    await group.stop()
    t.equal(existsSync(envoy.adminUrl.slice('unix:'.length)), false)
  },
)

t.test('a bootstrap that Envoy rejects is an error with the end of its log', async (t) => {
  const foreignAddress = createBootstrap({ ...(await bootstrapOptions()), adminAddress: '127.0.0.1:0' })
  const admin = foreignAddress.admin?.address?.address
  if (admin?.case === 'socketAddress') admin.value.address = '192.0.2.1'
  const twice = createBootstrap(await bootstrapOptions())
  twice.staticResources?.clusters.push(...twice.staticResources.clusters)
  const cases = [
    [
      'an address of another host',
      { bootstrap: foreignAddress },
      /exit code 1 before it was ready.*cannot bind '192\.0\.2\.1:0'/s,
    ],
    [
      'a mistake that Envoy reports after its admin listens',
      { bootstrap: twice },
      /exit code 1 before it was ready.*duplicate cluster 'xds_cluster'/s,
    ],
    [
      'no such binary',
      { binary: '/nonexistent/envoy' },
      /exit code 127 before it was ready.*\/nonexistent\/envoy/s,
    ],
  ] as const
  for (const [name, changed, message] of cases) {
    await t.rejects(start(t, changed), { code: 'process-failed', message }, name)
  }
})

t.test('the end of an Envoy that dies is reported', async (t) => {
  const envoy = await start(t)
  process.kill(envoy.pid, 'SIGKILL')
  t.same(await envoy.exited, { code: null, signal: 'SIGKILL' })
  t.equal(await isFree(envoy.adminUrl), true)
})

t.test('stopping a group ends its Envoys', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const envoy = await start(t, { group })
  await group.stop()
  t.same(await envoy.exited, { code: 0, signal: null })
})

t.test('Envoy ends with a parent that is killed by -9', async (t) => {
  const bootstrap = new URL('../../envoy-bootstrap/bootstrap.ts', import.meta.url)
  const run = new URL('../../envoy-bootstrap/run-envoy.ts', import.meta.url)
  const script = `
    import { createBootstrap } from '${bootstrap}'
    import { runEnvoy } from '${run}'
    const bootstrap = createBootstrap(${JSON.stringify(await bootstrapOptions())})
    const { pid, adminUrl } = await runEnvoy({ binary: '${binary}', bootstrap, folder: '${testFolder(t)}' })
    console.log(JSON.stringify({ pid, adminUrl }))`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => parent.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: parent.stdout }), 'line')
  const { pid, adminUrl } = JSON.parse(line)
  let gone = false
  t.teardown(() => gone || process.kill(pid, 'SIGKILL'))

  t.equal(await isFree(adminUrl), false)
  parent.kill('SIGKILL')
  // It is not our child process, so there is no exit event; the timeout bounds this.
  while (!gone) gone = await isFree(adminUrl)
  t.ok(gone)
})
