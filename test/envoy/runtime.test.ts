// Runtime layers (RTDS) with real Envoys: values that change and go, a layer that does not exist, and one that Envoy NACKs.

import { create, type JsonObject } from '@bufbuild/protobuf'
import { RuntimeLayerSchema } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import { type Runtime, RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import t from 'tap'
import { requestAdmin } from '../../envoy-bootstrap/admin-request.ts'
import type { RunningEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { CLUSTER } from '../../xds-server/index.ts'
import { RUNTIME } from '../../xds-server/snapshot/resource-type.ts'
import { startVariants } from '../support/envoy-variants.ts'
import { nextEvent, untilState, untilSynced } from '../support/real-envoy.ts'
import { staticCluster } from '../support/resources.ts'

function layer(name: string, values: JsonObject): Runtime {
  return create(RuntimeSchema, { name, layer: values })
}

/** The values of our keys that are in effect, by key. */
async function valuesIn({ adminUrl }: RunningEnvoy): Promise<Readonly<Record<string, string>>> {
  const { body } = await requestAdmin(adminUrl, '/runtime', 'GET')
  const { entries } = JSON.parse(body) as { entries: Record<string, { final_value: string }> }
  const ours = Object.entries(entries).filter(([key]) => key.startsWith('test.'))
  return Object.fromEntries(ours.map(([key, { final_value }]) => [key, final_value]))
}

const FIRST = layer('first', { test: { limit: 1, mode: 'slow' } })
// Envoys have the layer `second`, which the snapshots lack at first.
const yards = await startVariants({
  external: { [RUNTIME]: ['second'] },
  serve: (cache) => void cache.setSnapshot('fleet', [staticCluster('a'), FIRST]),
  edit: (bootstrap, { source: rtdsConfig }) => {
    for (const name of ['first', 'second']) {
      const value = { name, rtdsConfig }
      bootstrap.layeredRuntime?.layers.push(
        create(RuntimeLayerSchema, { name, layerSpecifier: { case: 'rtdsLayer', value } }),
      )
    }
  },
})

for (const { title, cache, envoy, isAggregated } of yards) {
  const serve = (...layers: readonly Runtime[]) => cache.setSnapshot('fleet', [staticCluster('a'), ...layers])

  t.test(`X70, X71: Envoy starts at once without a layer that does not exist (${title})`, async (t) => {
    const [node] = await untilSynced(cache)
    t.match(node?.types, { [CLUSTER]: { state: 'SYNCED' }, [RUNTIME]: { state: 'SYNCED', names: 2 } })
    await envoy.admin.waitUntilLive()
    const gaveUp = 'runtime.init_fetch_timeout'
    t.equal((await envoy.admin.stats(gaveUp)).get(gaveUp) ?? 0, 0, 'it did not wait for a timeout')
    t.same(await valuesIn(envoy), { 'test.limit': '1', 'test.mode': 'slow' })
  })

  t.test(`X70: values change and go, and so do layers (${title})`, async (t) => {
    serve(layer('first', { test: { limit: 2 } }), layer('second', { test: { other: true } }))
    await untilSynced(cache)
    t.same(await valuesIn(envoy), { 'test.limit': '2', 'test.other': 'true' })
    serve(layer('first', { test: { limit: 2 } }))
    await untilSynced(cache)
    t.same(await valuesIn(envoy), { 'test.limit': '2' }, 'a layer that is removed has no effect any more')
  })

  // On separate services each layer has a stream of its own, and an ACK on one stream says nothing about another.
  const isRepaired = isAggregated
  t.test(`X68, X69: a NACK of one layer is repaired with its content (${title})`, async (t) => {
    serve(layer('first', { test: { limit: [1, 2] } }))
    const { types } = await untilState(cache, 'NACKED')
    t.match(types[RUNTIME]?.nack, { message: /Invalid runtime entry value for test.limit/, names: ['first'] })
    t.equal((await valuesIn(envoy))['test.limit'], '2', 'the old value is in effect')
    if (isRepaired) {
      // Envoy keeps the bad layer, and NACKs all others until it is replaced.
      const nacked = nextEvent(cache, ({ kind }) => kind === 'nacked')
      serve(layer('first', { test: { limit: [1, 2] } }), layer('second', { test: { other: 3 } }))
      await nacked
    }
    serve(
      layer('first', { test: { limit: 4 } }),
      ...(isRepaired ? [layer('second', { test: { other: 3 } })] : []),
    )
    await untilState(cache, 'SYNCED')
    t.same(await valuesIn(envoy), { 'test.limit': '4', ...(isRepaired && { 'test.other': '3' }) })
  })
}
