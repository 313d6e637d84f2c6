// Tags of statistics: which part of a name they take, and fixed ones that are rejected.

import t from 'tap'
import { createBootstrap } from './bootstrap.ts'
import { type StatsTags, statsConfig } from './stats-tags.ts'

/** The tags of a statistic, as Envoy takes them: the second group is the value. */
function tagsOf(stat: string): Readonly<Record<string, string | undefined>> {
  const { statsTags = [] } = statsConfig({})
  return Object.fromEntries(
    statsTags.flatMap(({ tagName = '', tagValue }) => {
      const match = tagValue?.case === 'regex' ? new RegExp(tagValue.value ?? '').exec(stat) : null
      return match ? [[tagName, match[2]]] : []
    }),
  )
}

t.test('T27: statistics of a gRPC method have its whole service and its name as tags', async (t) => {
  const service = 'switchyard.echo.v1.EchoService'
  for (const last of ['0', '14', 'success', 'request_message_count', 'upstream_rq_time']) {
    t.same(
      tagsOf(`cluster.echo.grpc.${service}.Unary.${last}`),
      { grpc_service: service, grpc_method: 'Unary' },
      last,
    )
  }
  t.same(tagsOf('cluster.my.grpc.echo.grpc.Echo.Unary.0').grpc_method, 'Unary', 'a cluster with dots')
  t.same(tagsOf('cluster.echo.grpc.total'), {}, 'of all methods together')
  t.same(tagsOf('cluster.echo.upstream_rq_total'), {})
  t.same(tagsOf('http.main.downstream_rq_total'), {})
})

const withTags = (statsTags: StatsTags) =>
  createBootstrap({
    nodeId: 'edge-1',
    cluster: 'edge',
    listenerAddress: '127.0.0.1',
    xds: { address: '127.0.0.1:18000' },
    statsTags,
  })

t.test('T27: fixed tags are of all statistics, and wrong ones are rejected together', async (t) => {
  const { statsConfig: config } = withTags({ zone: 'a', _rack: '1' })
  const fixed = config?.statsTags.filter(({ tagValue }) => tagValue.case === 'fixedValue')
  t.match(fixed, [
    { tagName: 'zone', tagValue: { value: 'a' } },
    { tagName: '_rack', tagValue: { value: '1' } },
  ])
  t.throws(() => withTags({ 'my-zone': 'a', __name__: 'x', '1st': 'x', grpc_method: 'x', empty: '' }), {
    code: 'invalid-argument',
    problems: [
      { path: 'statsTags.my-zone', message: /not the name of a label/ },
      { path: 'statsTags.__name__' },
      { path: 'statsTags.1st' },
      { path: 'statsTags.grpc_method', message: /tag of a gRPC method already/ },
      { path: 'statsTags.empty', message: /is empty/ },
    ],
  })
})
