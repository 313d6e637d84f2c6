// Virtual hosts (VHDS) with a real Envoy, on delta ADS: all of them at its start, others on demand, and those that nobody has.

import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { VIRTUAL_HOST } from '../../xds-server/snapshot/resource-type.ts'
import { callHost, onDemandListener } from '../support/on-demand.ts'
import { startEnvoy, untilInEffect } from '../support/real-envoy.ts'
import { vhdsRoutes, virtualHost } from '../support/resources.ts'

const cache = new SnapshotCache({ consistency: 'enforce' })
const server = await startXdsServer({ cache, address: '127.0.0.1:0', drainTimeMs: 0 })
t.teardown(() => server.close())
const [first, second] = [await freePort(), await freePort()]
cache.setSnapshot('fleet', [onDemandListener('first', first), vhdsRoutes('first')])
const envoy = await startEnvoy(t, server.address, 'delta')
await untilInEffect(cache, envoy)

async function timesGivenUp(name: string): Promise<number | undefined> {
  const stat = `http.${name}.rds.vhds.${name}.init_fetch_timeout`
  return (await envoy.admin.stats(stat)).get(stat)
}

t.test('X61: Envoy starts at once with routes that have no virtual hosts', async (t) => {
  t.equal(await timesGivenUp('first'), 0, 'it has not given up waiting for virtual hosts')
})

t.test('X62: a call to a host that nobody has is answered, and one that exists by then too', async (t) => {
  t.equal(await callHost(first, 'later.example'), '404')
  t.equal(await callHost(first, 'later.example'), '404', 'Envoy does not ask again')
  cache.updateSnapshot('fleet', { upsert: [virtualHost('first', 'later.example')] })
  await untilInEffect(cache, envoy)
  t.equal(await callHost(first, 'later.example'), '200 first/later.example')
})

t.test('X60: all virtual hosts of the snapshot come without a call, and go', async (t) => {
  cache.updateSnapshot('fleet', { upsert: [virtualHost('first', 'a.example')] })
  await untilInEffect(cache, envoy)
  t.equal(await callHost(first, 'a.example'), '200 first/a.example')
  cache.updateSnapshot('fleet', { remove: [{ typeUrl: VIRTUAL_HOST, name: 'first/a.example' }] })
  await untilInEffect(cache, envoy)
  t.equal(await callHost(first, 'a.example'), '404')
  t.equal(await callHost(first, 'later.example'), '200 first/later.example', 'the other is still there')
})

t.test('X61: further routes get their virtual hosts, though Envoy does not ask again', async (t) => {
  cache.updateSnapshot('fleet', {
    upsert: [onDemandListener('second', second), vhdsRoutes('second')],
  })
  await untilInEffect(cache, envoy)
  t.equal(await timesGivenUp('second'), 0)
  cache.updateSnapshot('fleet', {
    upsert: [virtualHost('second', 'b.example'), vhdsRoutes('second', 'changed')],
  })
  await untilInEffect(cache, envoy)
  t.equal(await callHost(second, 'b.example'), '200 second/b.example')
  t.equal(await callHost(first, 'b.example'), '404', 'of these routes only')
})
