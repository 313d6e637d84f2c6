// `/metrics`: streams, nodes, ACKs, NACKs, pushes, revisions, reported load and REST calls, in Prometheus' text format.

import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { NODE_STATES } from '../../api/node-state.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from '../../xds-server/snapshot/resource-type.ts'
import { AckTimes } from './ack-times.ts'
import { addEndpointMetrics } from './endpoint-metrics.ts'
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

/** Seconds: from a node on the same host to one that builds large routes far away. */
const ACK_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export interface Metrics {
  readonly registry: Registry
  /** Counts a REST call that was answered. */
  readonly observeCall: (labels: { method: string; route: string; status: number }, seconds: number) => void
  /** Ends the counting of events. */
  readonly stop: () => void
}

/** All metrics of a control plane. */
export function createMetrics({ state, nodes, loads, logs }: Omit<RoutesOptions, 'closing'>): Metrics {
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
      new Counter({
        ...{ name, help, labelNames: ['fleet', 'type'], registers },
        // A counter that begins with 1 has not grown for Prometheus: the first NACK would raise no alert.
        collect() {
          for (const fleet of Object.keys(state.config.fleets)) {
            for (const typeUrl of KNOWN_TYPES) this.inc({ fleet, type: typeOf(typeUrl) }, 0)
          }
        },
      }),
    ]),
  )
  new Counter({
    name: 'switchyard_access_log_skipped_bytes_total',
    help: 'Bytes of access logs from nodes that were not read, because there were too many',
    registers,
    collect() {
      this.reset()
      this.inc(logs?.skippedBytes ?? 0)
    },
  })
  const ackTimes = new AckTimes()
  const acks = new Histogram({
    name: 'switchyard_xds_ack_duration_seconds',
    help: 'Time from a response to the ACK of it',
    labelNames: ['fleet', 'type'],
    buckets: ACK_SECONDS,
    registers,
  })
  const stop = nodes.onEvent((event) => {
    const seconds = ackTimes.note(event)
    if (event.kind !== 'sent' && event.kind !== 'acked' && event.kind !== 'nacked') return
    const labels = { fleet: fleetOf(event.group), type: typeOf(event.typeUrl) }
    counters[event.kind]?.inc(labels)
    if (seconds !== undefined) acks.observe(labels, seconds)
  })

  const durations = new Histogram({
    name: 'switchyard_rest_request_duration_seconds',
    help: 'Time from the arrival of a REST call to its answer, including waits',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers,
  })
  addLoadMetrics(registry, loads)
  addEndpointMetrics(registry, state)
  return { registry, observeCall: (labels, seconds) => durations.observe(labels, seconds), stop }
}

export function addMetrics(server: FastifyInstance, options: RoutesOptions): void {
  const { registry, observeCall, stop } = createMetrics(options)
  server.addHook('onClose', async () => stop())
  server.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const route = routeOptions.url ?? OTHER
    observeCall({ method, route, status: reply.statusCode }, reply.elapsedTime / 1_000)
  })
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}
