// `/metrics`: streams, nodes, ACKs, NACKs, pushes, revisions, reported load and REST calls, in Prometheus' text format.

import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { NODE_STATES } from '../../api/node-state.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from '../../xds-server/snapshot/resource-type.ts'
import { addLoadMetrics } from './load-metrics.ts'
import type { RoutesOptions } from './routes-options.ts'

/** Clients choose these labels: everything unknown shares one label, so that they cannot create endless series. */
const KNOWN_TYPES: readonly string[] = [CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET]
const OTHER = 'other'

const COUNTED = {
  sent: ['switchyard_xds_pushes_total', 'Responses sent'],
  acked: ['switchyard_xds_acks_total', 'Responses that a node ACKed'],
  nacked: ['switchyard_xds_nacks_total', 'Responses that a node NACKed'],
} as const

export function addMetrics(server: FastifyInstance, { state, nodes, loads }: RoutesOptions): void {
  const registry = new Registry()
  const registers = [registry]
  const fleetOf = (group: string) => (Object.hasOwn(state.config.fleets, group) ? group : OTHER)
  const typeOf = (typeUrl: string) => {
    return KNOWN_TYPES.includes(typeUrl) ? typeUrl.slice(typeUrl.lastIndexOf('.') + 1) : OTHER
  }

  new Gauge({
    name: 'switchyard_xds_streams',
    help: 'Open xDS streams',
    registers,
    collect() {
      this.set(nodes.status().reduce((sum, { streams }) => sum + streams.length, 0))
    },
  })
  new Gauge({
    name: 'switchyard_nodes',
    help: 'Nodes by fleet and state',
    labelNames: ['fleet', 'state'],
    registers,
    collect() {
      this.reset()
      for (const fleet of Object.keys(state.config.fleets)) {
        for (const one of NODE_STATES) this.set({ fleet, state: one }, 0)
      }
      for (const { group, state: one } of nodes.status()) this.inc({ fleet: fleetOf(group), state: one })
    },
  })
  new Gauge({
    name: 'switchyard_revision',
    help: 'Number of the revision in force',
    registers,
    collect() {
      this.set(state.head.number)
    },
  })
  new Gauge({
    name: 'switchyard_revision_accepted',
    help: 'Number of the newest accepted revision, 0 before there is one',
    registers,
    collect() {
      this.set(state.acceptedNumber ?? 0)
    },
  })

  const counters = Object.fromEntries(
    Object.entries(COUNTED).map(([kind, [name, help]]) => [
      kind,
      new Counter({ name, help, labelNames: ['fleet', 'type'], registers }),
    ]),
  )
  const stop = nodes.onEvent((event) => {
    if (event.kind !== 'sent' && event.kind !== 'acked' && event.kind !== 'nacked') return
    counters[event.kind]?.inc({ fleet: fleetOf(event.group), type: typeOf(event.typeUrl) })
  })
  server.addHook('onClose', async () => stop())

  const durations = new Histogram({
    name: 'switchyard_rest_request_duration_seconds',
    help: 'Time from the arrival of a REST call to its answer, including waits',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers,
  })
  server.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const route = routeOptions.url ?? OTHER
    durations.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })

  addLoadMetrics(registry, loads)
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}
