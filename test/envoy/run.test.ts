// A real Envoy as a process: it starts without a control plane, says why it cannot, and leaves nothing behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { type BootstrapOptions, createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { type RunEnvoyOptions, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { ProcessGroup } from '../../processes/process-group.ts'

const { path: binary } = findEnvoy()

async function bootstrapOptions(): Promise<BootstrapOptions> {
  const nobody = `127.0.0.1:${await freePort()}`
  return { nodeId: 'edge/0', cluster: 'edge', listenerAddress: '127.0.1.5', xds: { address: nobody } }
}

async function start(t: Test, changed: Partial<RunEnvoyOptions> = {}) {
  const bootstrap = createBootstrap(await bootstrapOptions())
  const envoy = await runEnvoy({ binary, bootstrap, folder: t.testdir(), ...changed })
  t.teardown(() => envoy.stop())
  return envoy
}

/** Whether somebody could listen there now. */
async function isFree(adminUrl: string): Promise<boolean> {
  const { port, hostname } = new URL(adminUrl)
  const server = createServer().listen(Number(port), hostname)
  const listened = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  server.close()
  return listened
}

t.test('Envoy starts without a control plane: its admin answers and shows the bootstrap', async (t) => {
  const envoy = await start(t)
  t.match(envoy, { nodeId: 'edge/0', address: '127.0.1.5', adminUrl: /^http:\/\/127\.0\.0\.1:\d+$/ })
  t.equal(await envoy.admin.ready(), 'PRE_INITIALIZING', 'it waits for its clusters')
  const { configs } = await envoy.admin.configDump()
  t.match(configs, [
    { bootstrap: { node: { id: 'edge/0', metadata: { switchyard: { listener_address: '127.0.1.5' } } } } },
  ])
})

t.test('Envoy takes the protocol, the drain time and the concurrency that it is given', async (t) => {
  for (const protocol of ['delta', 'sotw'] as const) {
    const bootstrap = createBootstrap({ ...(await bootstrapOptions()), protocol })
    const envoy = await start(t, { bootstrap, drainTimeSeconds: 7, concurrency: 2 })
    const info = await (await fetch(`${envoy.adminUrl}/server_info`)).json()
    t.match(info, { command_line_options: { drain_time: '7s', concurrency: 2, disable_hot_restart: true } })
    await envoy.stop()
  }
})

t.test('what Envoy says is in its log file', async (t) => {
  const folder = join(t.testdir(), 'not', 'yet', 'there')
  const envoy = await start(t, { folder })
  t.equal(envoy.logFile, join(folder, 'edge%2F0.log'))
  // It is written as Envoy speaks, so it may be a moment behind.
  while (!(await readFile(envoy.logFile, 'utf8')).includes('cm init')) await envoy.admin.ready()
})

t.test('stop() ends Envoy, may be called again, and leaves its port free', async (t) => {
  const envoy = await start(t)
  t.equal(await isFree(envoy.adminUrl), false)
  await envoy.stop()
  t.same(await envoy.exited, { code: 0, signal: null })
  t.equal(await isFree(envoy.adminUrl), true)
  await envoy.stop()
  await t.rejects(envoy.admin.ready(), { code: 'process-failed', message: /did not answer/ })
})

t.test('a bootstrap that Envoy refuses is an error with the end of its log', async (t) => {
  const notHere = createBootstrap(await bootstrapOptions())
  const admin = notHere.admin?.address?.address
  if (admin?.case === 'socketAddress') admin.value.address = '192.0.2.1'
  const twice = createBootstrap(await bootstrapOptions())
  twice.staticResources?.clusters.push(...twice.staticResources.clusters)
  const cases = [
    [
      'an address that is not of this host',
      { bootstrap: notHere },
      /exit code 1 before it was ready.*cannot bind '192\.0\.2\.1:0'/s,
    ],
    [
      'a mistake seen after the admin listens',
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

t.test('the end of an Envoy that dies on its own is seen', async (t) => {
  const envoy = await start(t)
  process.kill(envoy.pid, 'SIGKILL')
  t.same(await envoy.exited, { code: null, signal: 'SIGKILL' })
  t.equal(await isFree(envoy.adminUrl), true)
})

t.test('a group that is stopped ends its Envoys', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const envoy = await start(t, { group })
  await group.stop()
  t.same(await envoy.exited, { code: 0, signal: null })
})

t.test('Envoy ends with a parent that is killed by -9', { timeout: 30_000 }, async (t) => {
  const bootstrap = new URL('../../envoy-bootstrap/bootstrap.ts', import.meta.url)
  const run = new URL('../../envoy-bootstrap/run-envoy.ts', import.meta.url)
  const script = `
    import { createBootstrap } from '${bootstrap}'
    import { runEnvoy } from '${run}'
    const bootstrap = createBootstrap(${JSON.stringify(await bootstrapOptions())})
    const { pid, adminUrl } = await runEnvoy({ binary: '${binary}', bootstrap, folder: '${t.testdir()}' })
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
  // It is no child of ours, so nobody tells us of its end; the timeout bounds this.
  while (!gone) gone = await isFree(adminUrl)
  t.ok(gone)
})
