// Decodes the requests of LRS as plain data. Envoy repeats its node in each request, with all of its extensions, so the node is
// decoded only on demand.

import { fromBinary } from '@bufbuild/protobuf'
import { type Node, NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { readAddress } from '../../core/wire-address.ts'
import { fixed64, part, varint } from '../../core/wire-reader.ts'
import type { ClusterLoad, EndpointLoad, LocalityLoad, MetricLoad } from './load-report.ts'
import { checkName, type Fields, InvalidReport, MAX_NAME_LENGTH, ReportReader } from './report-reader.ts'

/** Metrics of one locality or endpoint. Their names come from backends, so more are left out instead of rejected. */
const MAX_METRICS = 100

const LONGEST_INTERVAL_MS = 365 * 24 * 3_600_000

export interface LoadRequest {
  /** Undefined if the request has none. @throws Error if it cannot be decoded */
  readonly node: () => Node | undefined
  readonly clusters: readonly ClusterLoad[]
}

/** @throws InvalidReport if it is too large or lacks a name; Error if the bytes are not a `LoadStatsRequest` */
export function decodeLoadRequest(bytes: Uint8Array): LoadRequest {
  const { node, clusters } = new ReportReader(bytes).message<Request>(REQUEST, { clusters: [] })
  return { node: () => node && fromBinary(NodeSchema, node), clusters }
}

type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] }

interface Request {
  node?: Uint8Array
  readonly clusters: ClusterLoad[]
}

interface DraftMetric {
  name: string
  calls: number
  sum: number
}

interface DraftDrop {
  category: string
  dropped: number
}

interface DraftDuration {
  seconds: number
  nanos: number
}

interface WithMetrics {
  metrics: ReadonlyMap<string, MetricLoad>
}

/** Most loads have no metrics and no drops. */
const NONE: ReadonlyMap<string, never> = new Map<string, never>()

/** The counts of a load until its fields are read. */
const noCalls = () => ({ started: 0, ok: 0, errors: 0, inProgress: 0, metrics: NONE })

// The numbers are those of the fields in envoy/config/endpoint/v3/load_report.proto and envoy/service/load_stats/v3/lrs.proto.

const DURATION: Fields<DraftDuration> = {
  1: varint((reader, duration) => {
    duration.seconds = reader.integer()
  }),
  2: varint((reader, duration) => {
    duration.nanos = reader.integer()
  }),
}

const DROPPED_REQUESTS: Fields<DraftDrop> = {
  1: part((reader, drop) => {
    drop.category = reader.name('category')
  }),
  2: varint((reader, drop) => {
    drop.dropped = reader.count('dropped_count')
  }),
}

const NAMED_METRIC: Fields<DraftMetric> = {
  1: part((reader, metric) => {
    metric.name = reader.string()
  }),
  2: varint((reader, metric) => {
    metric.calls = reader.integer()
  }),
  3: fixed64((reader, metric) => {
    metric.sum = reader.double()
  }),
}

const UNNAMED_METRIC: Fields<DraftMetric> = {
  1: varint((reader, metric) => {
    metric.calls = reader.integer()
  }),
  2: fixed64((reader, metric) => {
    metric.sum = reader.double()
  }),
}

const unnamedMetric = (name: string) =>
  part<WithMetrics, ReportReader>((reader, load) =>
    addMetric(load, reader.entry(UNNAMED_METRIC, { name, calls: 0, sum: 0 })),
  )
const namedMetric = part<WithMetrics, ReportReader>((reader, load) =>
  addMetric(load, reader.entry(NAMED_METRIC, { name: '', calls: 0, sum: 0 })),
)

const COUNTS: Fields<Draft<EndpointLoad> | Draft<LocalityLoad>> = {
  2: varint((reader, load) => {
    load.ok = reader.count('total_successful_requests')
  }),
  3: varint((reader, load) => {
    load.inProgress = reader.count('total_requests_in_progress')
  }),
  4: varint((reader, load) => {
    load.errors = reader.count('total_error_requests')
  }),
  5: namedMetric,
}

const ENDPOINT: Fields<Draft<EndpointLoad>> = {
  ...COUNTS,
  1: part((reader, load) => {
    load.address = checkName('address', readAddress(reader))
  }),
  7: varint((reader, load) => {
    load.started = reader.count('total_issued_requests')
  }),
}

const LOCALITY_NAME: Fields<Draft<LocalityLoad>> = {
  1: part((reader, load) => {
    load.region = reader.name('region')
  }),
  2: part((reader, load) => {
    load.zone = reader.name('zone')
  }),
  3: part((reader, load) => {
    load.subZone = reader.name('sub_zone')
  }),
}

const LOCALITY: Fields<Draft<LocalityLoad>> = {
  ...COUNTS,
  1: part((reader, load) => void reader.nested(LOCALITY_NAME, load)),
  6: varint((reader, load) => {
    load.priority = reader.uint32()
  }),
  7: part((reader, load) => {
    const endpoint = reader.entry(ENDPOINT, { address: '', ...noCalls() })
    if (endpoint.address === '') {
      throw new InvalidReport(
        'an endpoint has no address: set a socket_address or a pipe in upstream_endpoint_stats',
      )
    }
    load.endpoints.push(endpoint)
  }),
  8: varint((reader, load) => {
    load.started = reader.count('total_issued_requests')
  }),
  12: unnamedMetric('cpu_utilization'),
  13: unnamedMetric('mem_utilization'),
  14: unnamedMetric('application_utilization'),
}

const CLUSTER: Fields<Draft<ClusterLoad>> = {
  1: part((reader, load) => {
    load.cluster = reader.name('cluster_name')
  }),
  2: part((reader, load) => {
    const locality = { region: '', zone: '', subZone: '', priority: 0, ...noCalls(), endpoints: [] }
    load.localities.push(reader.entry<Draft<LocalityLoad>>(LOCALITY, locality))
  }),
  3: varint((reader, load) => {
    load.dropped = reader.count('total_dropped_requests')
  }),
  4: part((reader, load) => {
    const { seconds, nanos } = reader.nested(DURATION, { seconds: 0, nanos: 0 })
    const intervalMs = seconds * 1_000 + nanos / 1e6
    // A negative duration reads as a very long one.
    load.intervalMs = intervalMs <= LONGEST_INTERVAL_MS ? intervalMs : 0
  }),
  5: part((reader, load) => {
    const { category, dropped } = reader.entry(DROPPED_REQUESTS, { category: '', dropped: 0 })
    load.droppedBy = new Map(load.droppedBy).set(category, dropped)
  }),
  6: part((reader, load) => {
    load.serviceName = reader.name('cluster_service_name')
  }),
}

const REQUEST: Fields<Request> = {
  1: part((reader, request) => {
    request.node = reader.bytes()
  }),
  2: part((reader, { clusters }) => {
    const load = { cluster: '', serviceName: '', intervalMs: 0, localities: [], dropped: 0, droppedBy: NONE }
    const cluster = reader.entry<Draft<ClusterLoad>>(CLUSTER, load)
    if (cluster.cluster === '')
      throw new InvalidReport('cluster_name is empty: name the cluster of the counts')
    clusters.push(cluster)
  }),
}

/** A backend chooses names and values, and the node is not to blame for them: what is invalid is left out. */
function addMetric(load: WithMetrics, { name, calls, sum }: DraftMetric): void {
  if (load.metrics.size === MAX_METRICS || name.length > MAX_NAME_LENGTH) return
  if (calls === 0 || !Number.isSafeInteger(calls) || !Number.isFinite(sum)) return
  load.metrics = new Map(load.metrics).set(name, { calls, sum })
}
