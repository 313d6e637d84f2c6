// `filters.grpcStats` with real calls: Envoy counts the calls of each method by status, and their messages.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { connectEcho, type Edge, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const SERVICE = 'switchyard.echo.v1.EchoService'
const OF = `cluster.echo.grpc.${SERVICE}`

/** On a connection of its own: a unary call, one that fails, and a stream of five answers. */
async function makeCalls(t: Test, { address }: Edge) {
  const client = connectEcho(t, address)
  await client.unary({})
  await t.rejects(client.unary({ statusCode: status.NOT_FOUND }), { code: status.NOT_FOUND })
  for await (const _ of client.serverStream({ count: 5 }));
}

/** What has been counted since the last time. */
function countsOf({ envoy }: Edge) {
  let before: ReadonlyMap<string, number> = new Map()
  return async () => {
    const after = await envoy.admin.stats('\\.grpc\\.')
    const counts = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const)
    before = after
    return Object.fromEntries(counts.filter(([, count]) => count > 0))
  }
}

/** The labels and values of a metric, as Prometheus scrapes it. */
async function scraped({ envoy }: Edge, metric: string) {
  const text = await envoy.admin.read('/stats/prometheus')
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`))
    .map((line) => {
      const labels = [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])
      return { ...Object.fromEntries(labels), count: Number(line.split(' ').at(-1)) }
    })
}

t.test('T27: calls of each method are counted by status, and their messages; off, none', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const withStats = (grpcStats: object) => ({ upstreams, fleet: { filters: { grpcStats } } })
  const edge = await startEdge(t, withStats({ enabled: false }))
  const counts = countsOf(edge)
  await makeCalls(t, edge)
  t.same(await counts(), {}, 'off')

  await edge.serve(withStats({ enabled: true }))
  await makeCalls(t, edge)
  t.same(await counts(), {
    [`${OF}.Unary.0`]: 1,
    [`${OF}.Unary.5`]: 1,
    [`${OF}.Unary.success`]: 1,
    [`${OF}.Unary.failure`]: 1,
    [`${OF}.Unary.total`]: 2,
    [`${OF}.Unary.request_message_count`]: 2,
    [`${OF}.Unary.response_message_count`]: 1,
    [`${OF}.ServerStream.0`]: 1,
    [`${OF}.ServerStream.success`]: 1,
    [`${OF}.ServerStream.total`]: 1,
    [`${OF}.ServerStream.request_message_count`]: 1,
    [`${OF}.ServerStream.response_message_count`]: 5,
  })
  t.match(
    await scraped(edge, 'envoy_cluster_grpc_total'),
    [
      { envoy_cluster_name: 'echo', grpc_service: SERVICE, grpc_method: 'ServerStream', count: 1 },
      { envoy_cluster_name: 'echo', grpc_service: SERVICE, grpc_method: 'Unary', count: 2 },
    ],
    'Prometheus gets services and methods as labels',
  )
  const timed = await scraped(edge, 'envoy_cluster_grpc_upstream_rq_time_count')
  t.ok(timed.length > 0, 'the time of the upstream is a histogram')

  // Another cluster: Envoy keeps counters by how it has come to a name, and would have two of each.
  const grpcStats = { enabled: true, services: { [SERVICE]: ['Unary'] }, upstreamTime: false }
  await edge.serve({ upstreams: { listed: upstreams.echo }, fleet: { filters: { grpcStats } } })
  await makeCalls(t, edge)
  const listed = await counts()
  t.match(listed, { [`cluster.listed.grpc.${SERVICE}.Unary.total`]: 2, 'cluster.listed.grpc.total': 1 })
  const others = Object.keys(listed).filter((name) => name.includes('ServerStream'))
  t.same(others, [], 'a method that is not listed is counted with all others')
  const [untimed] = (await scraped(edge, 'envoy_cluster_grpc_upstream_rq_time_count')).filter(
    ({ envoy_cluster_name }) => envoy_cluster_name === 'listed',
  )
  t.equal(untimed, undefined, 'twin: no histogram')
})
