// The traffic of a fleet, from the stats that its Envoys push: `GET /v1/traffic`, and the event `traffic`.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

const Count = (description: string) => Type.Integer({ minimum: 0, description })

const ProxyTrafficSchema = Type.Object({
  calls: Count('Calls that ended in this interval.'),
  errors: Count('Those of them that failed.'),
})

export const TrafficSampleSchema = Type.Object(
  {
    at: Type.String({ format: 'date-time', description: 'The end of the interval.' }),
    fleet: Type.String(),
    seconds: Type.Number({ description: 'How long the interval is.' }),
    calls: Count(
      'Calls that ended in this interval, on all nodes of the fleet. 0 at L4, where Envoy sees no calls.',
    ),
    errors: Count('Those of them that failed.'),
    p50Ms: Type.Union([Type.Number(), Type.Null()], {
      description:
        'Median latency in milliseconds, from the histograms of all nodes; null without calls. Envoy measures whole milliseconds.',
    }),
    p99Ms: Type.Union([Type.Number(), Type.Null()], {
      description: '99th percentile of the latency in milliseconds; null without calls.',
    }),
    connections: Type.Object({
      active: Count('Open connections of clients.'),
      draining: Count('Listeners that were replaced and still have connections.'),
    }),
    proxies: Type.Record(Type.String(), ProxyTrafficSchema, {
      description: 'By the id of the node. Empty in older samples if there are very many nodes.',
    }),
  },
  { description: 'One interval of a fleet.' },
)
export type TrafficSample = DeepReadonly<Static<typeof TrafficSampleSchema>>

export const TrafficSchema = Type.Object(
  {
    intervalMs: Type.Integer({ description: 'How often nodes push their stats, in milliseconds.' }),
    nodes: Type.Array(
      Type.Object({
        id: Type.String(),
        fleet: Type.String(),
        lastReportAt: Type.String({ format: 'date-time' }),
      }),
      { description: 'Nodes that push their stats.' },
    ),
    samples: Type.Array(TrafficSampleSchema, { description: 'Oldest first; up to 15 minutes are kept.' }),
  },
  { description: "The traffic of fleets, from Envoy's own stats." },
)
export type Traffic = DeepReadonly<Static<typeof TrafficSchema>>
