// `GET /v1/load`: the calls of nodes, as they report them.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

const Count = (description: string) => Type.Integer({ minimum: 0, description })

const CallsSchema = Type.Object({
  started: Count('Calls since `since`. At L4, each connection is a call.'),
  ok: Count(
    'Calls that ended well. Envoy counts every gRPC status that is not a fault of the server; gRPC clients count OK only. At L4 always 0.',
  ),
  errors: Count('Calls that ended with an error. At L4 always 0.'),
  inProgress: Count('Open calls, by the last report of each connected node.'),
  perSecond: Type.Number({
    description: 'Calls started a second, by the last report of each connected node.',
  }),
})

const MetricSchema = Type.Object({
  calls: Count('Calls since `since` that ended with this metric.'),
  mean: Type.Number({ description: 'The mean of these calls.' }),
  latest: Type.Optional(Type.Number({ description: 'The mean of the last report of each connected node.' })),
})
const MetricsSchema = Type.Record(Type.String(), MetricSchema, {
  description:
    'Metrics that backends report (ORCA), by name, such as cpu_utilization or named_metrics.queue.',
})

const LOCALITY = {
  locality: Type.Object({ region: Type.String(), zone: Type.String(), subZone: Type.String() }),
  priority: Type.Integer(),
  calls: CallsSchema,
  metrics: MetricsSchema,
}

const BackendLoadSchema = Type.Object(
  {
    endpoint: Type.Optional(Type.String({ description: 'Its name in the document, if it has one.' })),
    address: Type.Optional(Type.String()),
    ...LOCALITY,
    share: Type.Number({ description: 'Its share of the calls that were started, 0 to 1.' }),
  },
  {
    description:
      'An endpoint; or, without an address, the calls to endpoints of a locality that clients do not report one by one, as gRPC clients never do.',
  },
)
export type BackendLoad = DeepReadonly<Static<typeof BackendLoadSchema>>

const UpstreamLoadSchema = Type.Object({
  fleet: Type.String(),
  upstream: Type.String(),
  calls: CallsSchema,
  dropped: Type.Object({
    calls: Count('Calls that clients rejected themselves: by a circuit breaker, or by a drop policy.'),
    categories: Type.Record(Type.String(), Type.Integer(), {
      description: 'Those with a category, by category.',
    }),
  }),
  localities: Type.Array(Type.Object(LOCALITY)),
  backends: Type.Array(BackendLoadSchema),
})
export type UpstreamLoad = DeepReadonly<Static<typeof UpstreamLoadSchema>>

const NodeLoadSchema = Type.Object({
  id: Type.String(),
  fleet: Type.String(),
  streams: Count('Its open streams of load reports. 0: it has left.'),
  lastReportAt: Type.Optional(Type.String({ format: 'date-time' })),
  calls: CallsSchema,
})

export const LoadSchema = Type.Object(
  {
    since: Type.String({
      format: 'date-time',
      description: 'When the control plane started, and all counts were 0.',
    }),
    intervalMs: Type.Integer({ description: 'Nodes are asked to report this often.' }),
    truncated: Type.Optional(
      Type.Literal(true, {
        description: 'There were too many endpoints to keep them all. The sums of upstreams are complete.',
      }),
    ),
    upstreams: Type.Array(UpstreamLoadSchema, { description: 'By fleet and upstream.' }),
    nodes: Type.Array(NodeLoadSchema, {
      description: 'Nodes that report, and the last 1,000 that have left.',
    }),
  },
  { description: 'What nodes report about their calls (LRS).' },
)
export type Load = DeepReadonly<Static<typeof LoadSchema>>
