// T31: endpoints that register themselves over REST, with a real Envoy and real calls.

import t from 'tap'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { tallyOf } from '../support/edge.ts'
import { startEndpoints } from '../support/proxyless.ts'
import { requireTool } from '../support/requirements.ts'
import { startSourced } from '../support/sourced-edge.ts'
import { untilAnsweredBy } from '../support/until-answered.ts'

t.test('T31: a registered endpoint takes calls until it is removed, without a revision', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const { rest, client } = await startSourced(t, { endpointsFrom: { registration: {} } })
  t.same(await callEcho(client, { count: 1 }), [FAILED], 'twin: nobody has registered')

  await rest.putEndpoint('echo', 'b1', { ...b1, weight: 3 })
  await untilAnsweredBy(client, ['b1'])
  t.match(await rest.putEndpoint('echo', 'b2', b2), { id: 'b2', served: true, lease: '30s' })
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
  const { rest, client } = await startSourced(t, { endpointsFrom: { registration: { lease: '500ms' } } })
  await rest.putEndpoint('echo', 'b1', b1)
  await rest.putEndpoint('echo', 'b2', { ...b2, lease: '1h' })
  await untilAnsweredBy(client, ['b2'])
  t.match((await rest.getStatus()).endpoints, { echo: { leasesEnded: 1, endpoints: 1 } })
})

t.test('T31: endpoints of the document and registered ones are called alike', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const { rest, client } = await startSourced(t, { endpoints: { b1 }, endpointsFrom: { registration: {} } })
  await untilAnsweredBy(client, ['b1'])
  await rest.putEndpoint('echo', 'b2', b2)
  await untilAnsweredBy(client, ['b1', 'b2'])
  await rest.putEndpoint('echo', 'b2', { ...b2, priority: 4, locality: { zone: 'a' } })
  await untilAnsweredBy(client, ['b1'])
  t.pass('the one of the later priority waits')
  const { nacks, nodes } = await rest.getStatus()
  t.same(nacks, [])
  t.match(nodes, [{ state: 'SYNCED' }])
})
