// Three real Envoys behave as one fleet, and one that crashes is restarted.

import { isDeepStrictEqual } from 'node:util'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { nameOfLb } from '../../api/lb-name.ts'
import { startEnvoyFleet } from '../../envoy-bootstrap/envoy-fleet.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import type { Clock } from '../../processes/clock.ts'
import type { Restart } from '../../processes/keep-running.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { createClient } from '../../services/rpc/index.ts'
import { startTestbed } from '../../testbed/testbed.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const EDGE = new Map([['edge', 3]])

async function start(t: Test) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const testbed = await startTestbed(group, { folder: testFolder(t), fleets: EDGE, backends: 3 })
  return { ...testbed, nodes: testbed.fleets.get('edge') ?? [] }
}

/** The backends that answer calls over one new connection. */
async function answeredBy(target: string, calls: number): Promise<string[]> {
  const client = createClient(EchoService, target, { options: { 'grpc.use_local_subchannel_pool': 1 } })
  const ids: string[] = []
  for (let call = 0; call < calls; call += 1) ids.push((await client.unary({ message: '' })).backendId)
  client.close()
  return ids
}

t.test('three Envoys behave as one fleet', async (t) => {
  const { nodes, rest } = await start(t)
  const targets = nodes.map(({ target }) => target)

  await t.test('each listens on its own address only', async (t) => {
    t.equal(new Set(targets).size, 3)
    for (const { envoy, target } of nodes) {
      const [listener] = await envoy.admin.dynamicListeners()
      t.match(
        listener?.config,
        { address: { socket_address: { address: target.split(':')[0] } } },
        envoy.nodeId,
      )
    }
  })

  await t.test('a PUT answers when all three are in sync', async (t) => {
    for (const mode of ['l7', 'l4', 'l7'] as const) {
      t.match(await rest.putLb('edge', { mode, policy: 'round_robin' }), { outcome: 'synced' })
      const expected = mode === 'l4' ? 1 : 3
      for (const target of targets) {
        t.equal(new Set(await answeredBy(target, 6)).size, expected, `${nameOfLb({ mode })} on ${target}`)
      }
      const { nodes: seen } = await rest.getStatus()
      t.same(
        seen.map(({ state }) => state),
        ['SYNCED', 'SYNCED', 'SYNCED'],
      )
    }
  })

  await t.test('if one Envoy is paused, a PUT answers only after it continues', async (t) => {
    const paused = nodes[2]?.envoy.pid ?? 0
    process.kill(paused, 'SIGSTOP')
    t.teardown(() => process.kill(paused, 'SIGCONT'))
    const answer = rest.putLb('edge', { mode: 'l7', policy: 'random' })
    let isAnswered = false
    void answer.then(() => {
      isAnswered = true
    })
    const others = async () =>
      (await rest.getStatus()).nodes.filter(({ state }) => state === 'SYNCED').map(({ id }) => id)
    // Until the write is served, all three are in sync with the previous revision.
    await until(async () => isDeepStrictEqual((await others()).toSorted(), ['edge-1', 'edge-2']))
    t.equal((await rest.getLb('edge')).policy, 'random')
    t.equal(isAnswered, false)
    process.kill(paused, 'SIGCONT')
    t.match(await answer, { outcome: 'synced' })
  })
})

t.test('an Envoy that crashes is restarted on the same addresses', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  /** Pauses between restarts, which the test ends. */
  const pause = Promise.withResolvers<void>()
  const waited: number[] = []
  const clock: Clock = {
    now: () => 0,
    wait: async (milliseconds) => {
      waited.push(milliseconds)
      await pause.promise
    },
  }
  const restarts: string[] = []
  const reported = { ended: Promise.withResolvers<void>(), started: Promise.withResolvers<void>() }
  const fleet = await startEnvoyFleet({
    binary: findEnvoy().path,
    name: 'edge',
    size: 2,
    firstIndex: 20,
    xds: { address: 'unix:/nobody/listens/here.sock' },
    folder: testFolder(t),
    group,
    clock,
    localityOf: (index) => (index === 0 ? { region: 'eu', zone: 'eu-a' } : undefined),
    onRestart: (nodeId: string, { kind }: Restart) => {
      restarts.push(`${nodeId} ${kind}`)
      if (kind !== 'failed') reported[kind].resolve()
    },
  })
  t.same(
    fleet.map(({ address }) => address),
    ['127.0.1.21', '127.0.1.22'],
  )
  const localities = await Promise.all(
    fleet.map(async ({ admin }) => {
      const info = await admin.read('/server_info')
      return (JSON.parse(info) as { node: { locality?: object } }).node.locality
    }),
  )
  t.match(localities, [{ region: 'eu', zone: 'eu-a' }, undefined], 'each runs in its locality')
  const [, crashing] = fleet
  const pid = crashing?.pid ?? 0
  process.kill(pid, 'SIGKILL')
  await reported.ended.promise
  t.same(waited, [1_000])
  await t.rejects(Promise.resolve(crashing?.admin.ready()), 'it is down during the pause')
  pause.resolve()
  await reported.started.promise
  t.not(crashing?.pid, pid)
  t.equal(await crashing?.admin.ready(), 'PRE_INITIALIZING', 'its admin has the same address')
  t.same(restarts, ['edge-2 ended', 'edge-2 started'])

  await group.stop()
  t.same(restarts, ['edge-2 ended', 'edge-2 started'], 'stopping the group is not a crash')
})
