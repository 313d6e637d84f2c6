// T31: endpoints that register themselves over REST, with a real Envoy and real calls.

import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { freePort } from '../../processes/free-port.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { connectEcho, startEndpoints, tallyOf } from '../support/edge.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'
import { sourcedConfig } from '../support/sourced-config.ts'
import { untilAnsweredBy } from '../support/until-answered.ts'

async function start(t: Test, upstream: object, stateFolder?: string) {
  const port = await freePort()
  const { adminUrl, xdsAddress, close } = await startControlPlane({
    config: sourcedConfig(port, upstream),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    ...(stateFolder && { stateFolder }),
  })
  t.teardown(close)
  const envoy = await startEnvoy(t, xdsAddress, 'delta')
  await envoy.admin.waitUntilLive()
  return { rest: new RestClient({ url: adminUrl }), client: connectEcho(t, `127.0.0.1:${port}`) }
}

t.test('T31: a registered endpoint takes calls until it is removed, without a revision', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const { rest, client } = await start(t, { endpointsFrom: { registration: {} } })
  t.same(await callEcho(client, { count: 1 }), [FAILED], 'twin: nobody has registered')

  await rest.putEndpoint('echo', 'b1', { ...b1, weight: 3 } as never)
  await untilAnsweredBy(client, ['b1'])
  t.match(await rest.putEndpoint('echo', 'b2', b2 as never), { id: 'b2', served: true, lease: '30s' })
  await untilAnsweredBy(client, ['b1', 'b2'])
  t.same(tallyOf(await callEcho(client, { count: 8 })), { b1: 6, b2: 2 }, 'by their weights')

  await rest.deleteEndpoint('echo', 'b1')
  await untilAnsweredBy(client, ['b2'])
  const { revision, endpoints } = await rest.getStatus()
  t.equal(revision.revision, 1, 'no revision was written')
  t.match(endpoints, { echo: { source: 'registration', endpoints: 1, changes: 3, problems: [] } })
})

t.test('T31: an endpoint takes no calls when its lease has ended, and others do', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const { rest, client } = await start(t, { endpointsFrom: { registration: { lease: '500ms' } } })
  await rest.putEndpoint('echo', 'b1', b1 as never)
  await rest.putEndpoint('echo', 'b2', { ...b2, lease: '1h' } as never)
  await untilAnsweredBy(client, ['b2'])
  t.match((await rest.getStatus()).endpoints, { echo: { leasesEnded: 1, endpoints: 1 } })
})

t.test('T31: endpoints of the document and registered ones are called alike', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const { rest, client } = await start(t, { endpoints: { b1 }, endpointsFrom: { registration: {} } })
  await untilAnsweredBy(client, ['b1'])
  await rest.putEndpoint('echo', 'b2', b2 as never)
  await untilAnsweredBy(client, ['b1', 'b2'])
  await rest.putEndpoint('echo', 'b2', { ...b2, priority: 4, locality: { zone: 'a' } } as never)
  await untilAnsweredBy(client, ['b1'])
  t.pass('the one of the later priority waits')
  const { nacks, nodes } = await rest.getStatus()
  t.same(nacks, [])
  t.match(nodes, [{ state: 'SYNCED' }])
})
