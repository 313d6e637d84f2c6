// `reusePort` with real Envoys: the second Envoy on a port NACKs its listener, and with the switch it takes a part of the calls.

import t, { type Test } from 'tap'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import { createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { nextEvent } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const ADDRESS = '127.0.0.1'

/** Two Envoys whose listeners have the same address, one started after the other. */
async function startTwo(t: Test, listener: object) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const server = await startXdsServer({ cache, address: `${ADDRESS}:0` })
  t.teardown(() => server.close())
  const serve = (more: object) => {
    const config = validateConfig({
      version: 1,
      upstreams: { echo: { endpoints: {} } },
      routes: {},
      fleets: {
        edge: {
          kind: 'envoy',
          lb: { mode: 'l4', policy: 'round_robin' },
          listeners: { main: { port, l4: { upstream: 'echo' }, ...more } },
        },
      },
    })
    cache.setSnapshot('edge', translateFleet(config, 'edge'))
  }
  const port = await freePort()
  serve(listener)
  const folder = testFolder(t)
  for (const nodeId of ['edge-1', 'edge-2']) {
    const xds = { address: server.address }
    const bootstrap = createBootstrap({ nodeId, cluster: 'edge', listenerAddress: ADDRESS, xds })
    const envoy = await runEnvoy({ binary: findEnvoy().path, bootstrap, folder })
    t.teardown(() => envoy.stop())
    await envoy.admin.waitUntilLive()
  }
  return { cache, serve, port }
}

/** The state of each node, with Envoy's text about a NACK, once both have answered. */
async function answersOf(cache: SnapshotCache) {
  const isOpen = ({ state }: { readonly state: string }) => state !== 'SYNCED' && state !== 'NACKED'
  while (cache.status('edge').some(isOpen)) await nextEvent(cache, () => true)
  return cache.status('edge').map(({ id, state, types }) => {
    const nacks = Object.values(types).flatMap(({ nack }) => nack?.message ?? [])
    return [id, state, ...nacks] as const
  })
}

t.test('two Envoys do not share a port, unless the document says so', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { cache, port } = await startTwo(t, {})
  const [first, second] = await answersOf(cache)
  t.same(first, ['edge-1', 'SYNCED'])
  t.match(second, [
    'edge-2',
    'NACKED',
    new RegExp(`cannot bind '${ADDRESS}:${port}': Address already in use`),
  ])
})

t.test('twin: with reusePort both listen on it, and Envoy NACKs a change of it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { cache, serve } = await startTwo(t, { reusePort: true })
  t.same(await answersOf(cache), [
    ['edge-1', 'SYNCED'],
    ['edge-2', 'SYNCED'],
  ])
  serve({ reusePort: false })
  const message = /reuse port cannot be changed during an update/
  t.match(await answersOf(cache), [
    ['edge-1', 'NACKED', message],
    ['edge-2', 'NACKED', message],
  ])
})
