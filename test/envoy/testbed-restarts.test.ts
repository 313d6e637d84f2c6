// Parts of a testbed that are killed are restarted where they were, and a testbed that starts again finds what it kept.

import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import type { Restart } from '../../processes/keep-running.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { createClient } from '../../services/rpc/index.ts'
import { startTestbed, type TestbedOptions } from '../../testbed/testbed.ts'
import { startLoad } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const ONE_ENVOY = new Map([['edge', 1]])

/** Listens as a program does that shares its port with others. @returns `shared`, or the code of the error */
async function share(address: string): Promise<string> {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? []
  const server = createServer()
  server.listen({ host, port: Number(port), reusePort: true })
  const outcome = await once(server, 'listening').then(
    () => 'shared',
    ({ code }: NodeJS.ErrnoException) => code ?? 'unknown',
  )
  server.close()
  return outcome
}

async function start(t: Test, options: TestbedOptions) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const testbed = await startTestbed(group, { fleets: ONE_ENVOY, ...options })
  const [node] = testbed.fleets.get('edge') ?? []
  if (node === undefined) throw new Error('the fleet has no Envoy')
  return { ...testbed, target: node.target, stop: () => group.stop() }
}

/** The ids of the backends that answer calls. A failed call rejects. */
async function answeredBy(target: string, calls: number): Promise<readonly string[]> {
  const client = createClient(EchoService, target, { options: { 'grpc.use_local_subchannel_pool': 1 } })
  const ids = new Set<string>()
  for (let call = 0; call < calls; call += 1) ids.add((await client.unary({ message: '' })).backendId)
  client.close()
  return [...ids].sort()
}

t.test(
  'a killed control plane and a killed backend are restarted, and no call fails without the control plane',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const seen: string[] = []
    const waiting = new Map<string, () => void>()
    const onRestart = (title: string, { kind }: Restart) => {
      seen.push(`${title} ${kind}`)
      waiting.get(`${title} ${kind}`)?.()
    }
    const reported = (line: string) => new Promise<void>((resolve) => waiting.set(line, resolve))
    const folder = testFolder(t)
    const testbed = await start(t, { folder, backends: 2, onRestart })
    const { rest, parts, target, adminUrl, xdsAddress, backends } = testbed
    const hosts = [new URL(adminUrl).host, ...backends.map(({ address }) => address)]
    for (const address of [target, xdsAddress, ...hosts])
      t.equal(await share(address), 'EADDRINUSE', `no program shares ${address}`)

    const kill = (id: string) => {
      const { pid = 0, title } = parts.states().find((part) => part.id === id) ?? {}
      const ended = reported(`${title} ended`)
      const again = reported(`${title} started`)
      process.kill(pid, 'SIGKILL')
      return { ended, again }
    }
    const stateOf = (id: string) => parts.states().find((part) => part.id === id)
    t.match(await rest.putLb('edge', { mode: 'l7', policy: 'round_robin' }), {
      outcome: 'synced',
      revision: 2,
    })

    // Somebody is editing the file.
    await writeFile(join(folder, 'config.yaml'), 'version: [')
    const load = startLoad(t, target)
    const controlPlane = kill('control-plane')
    await controlPlane.ended
    t.match(stateOf('control-plane'), { state: 'restarting', restarts: 0, lastEnd: 'SIGKILL' })
    await t.rejects(rest.getStatus(), { code: 'unreachable' })
    await load.further(200)
    await controlPlane.again
    t.match(stateOf('control-plane'), { state: 'running', restarts: 1 })
    const isSynced = async () => (await rest.getStatus()).nodes.some(({ state }) => state === 'SYNCED')
    await until(isSynced)
    t.match(
      await rest.getStatus(),
      { revision: { revision: 2, status: 'accepted' } },
      'nothing was forgotten',
    )
    t.match(await rest.putLb('edge', { mode: 'l7', policy: 'random' }), { outcome: 'synced', revision: 3 })
    await load.further(50)
    const { calls, failures } = await load.stop()
    t.same(failures, [], `0 of ${calls} calls failed`)

    t.match(await rest.putLb('edge', { mode: 'l7', policy: 'round_robin' }), { outcome: 'synced' })
    const backend = kill('b2')
    await backend.ended
    t.match(stateOf('b2'), { title: 'backend b2', state: 'restarting', lastEnd: 'SIGKILL' })
    await backend.again
    t.same(await answeredBy(target, 4), ['b1', 'b2'], 'it has its address again')
    t.same(seen, ['control plane ended', 'control plane started', 'backend b2 ended', 'backend b2 started'])
  },
)

t.test('a testbed that keeps its revisions works again, and says which flags they contradict', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const folder = testFolder(t)
  const first = await start(t, { folder, backends: 2, keep: true })
  t.match(await first.rest.putLb('edge', { mode: 'l7', policy: 'round_robin' }), {
    outcome: 'synced',
    revision: 2,
  })
  const addresses = first.backends.map(({ address }) => address)
  await first.stop()

  const lines: string[] = []
  const onProgress = (line: string) => lines.push(line)
  const port = await freePort()
  const second = await start(t, { folder, keep: true, port, backends: 3, onProgress })
  t.same(
    second.backends.map(({ address }) => address),
    addresses,
  )
  t.equal(second.target, first.target)
  t.match(await second.rest.getStatus(), {
    revision: { revision: 2 },
    fleets: { edge: { lb: { mode: 'l7' } } },
  })
  t.same(await answeredBy(second.target, 4), ['b1', 'b2'])
  t.match(lines.join('\n'), new RegExp(`--port ${port} is ignored: the kept port is \\d+`))
  t.match(lines.join('\n'), /--backends 3: only 2 start/)
  await second.stop()

  const third = await start(t, { folder, backends: 1 })
  t.match(await third.rest.getStatus(), { revision: { revision: 1 } }, 'without keep it begins anew')
})
