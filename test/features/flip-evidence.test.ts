// A change on its way to real calls: the first call by it, and the last old connection, from the access logs of a real Envoy.

import t from 'tap'
import { RestClient } from '../../api/client.ts'
import type { FlipLane } from '../../api/schemas/flip.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { freePort } from '../../processes/free-port.ts'
import { connectEcho, startEcho } from '../support/edge.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'

t.test('the lane of an Envoy has the first call by the change, and the last old connection', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startEcho(t, 'b1')
  const port = await freePort()
  const config = validateConfig({
    version: 1,
    upstreams: { echo: { endpoints: { b1: { address } } } },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    fleets: {
      fleet: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        accessLog: { enabled: true, grpc: { flushInterval: '50ms' } },
        listeners: { main: { port, l4: { upstream: 'echo' }, l7: { routes: ['all'] } } },
      },
    },
  })
  const controlPlane = await startControlPlane({ config, admin: '127.0.0.1:0', xds: '127.0.0.1:0' })
  t.teardown(() => controlPlane.close())
  const rest = new RestClient({ url: controlPlane.adminUrl })
  const envoy = await startEnvoy(t, controlPlane.xdsAddress, 'delta')
  await envoy.admin.waitUntilLive()
  const client = connectEcho(t, `127.0.0.1:${port}`)
  await client.unary({ message: 'before' })
  /** Calls until the lane of the Envoy is as wanted. */
  const laneWhen = async (revision: number, isWanted: (lane: FlipLane) => boolean) => {
    for (;;) {
      await client.unary({ message: 'on and on' })
      const [lane] = (await rest.getProgress(revision)).lanes
      if (lane !== undefined && isWanted(lane)) return lane
    }
  }
  const flip = async (lb: object) => {
    const { revision } = await rest.patchConfig({ fleets: { fleet: { lb } } }, { wait: '30s' })
    return revision
  }

  const random = await flip({ policy: 'random' })
  const lane = await laneWhen(random, ({ firstCallAt }) => firstCallAt !== undefined)
  t.match(lane, { node: 'edge-1', firstCallEvidence: 'accessLog', oldConnections: 0, lastGoneAt: undefined })
  t.ok(Date.parse(lane.firstCallAt ?? '') >= Date.parse(lane.sentAt ?? ''), 'after it was sent')

  const l4 = await flip({ mode: 'l4' })
  // In any order: each log is sent when its own buffer is.
  const drained = await laneWhen(
    l4,
    (lane) => lane.lastGoneAt !== undefined && lane.firstCallAt !== undefined,
  )
  t.match(drained, { firstCallEvidence: 'accessLog', oldConnections: 0 })
  t.ok(Date.parse(drained.lastGoneAt ?? '') >= Date.parse(drained.sentAt ?? ''))

  await t.test('twin: without the log nothing is known of calls', async (t) => {
    await rest.patchConfig({ fleets: { fleet: { accessLog: { enabled: false } } } }, { wait: '30s' })
    const off = await flip({ mode: 'l7' })
    const [unlogged] = (await rest.getProgress(off)).lanes
    await client.unary({ message: 'after' })
    t.match(unlogged, { ackedAt: String, firstCallAt: undefined, oldConnections: undefined })
  })
})
