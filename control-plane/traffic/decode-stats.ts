// Reads what an Envoy pushes by its metrics service. Most of a message is stats that nobody asks for here, so it is read in place:
// a stat that is not wanted costs its name. By the tables of `core/wire-reader.ts` it would take 1.4 times as long.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/metrics/v3/metrics_service.proto

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { SwitchyardError } from '../../core/errors.ts'
import { kindOf, type StatKind } from './stat-names.ts'

/** The stats of one push: counters since the push before, and gauges as they are. */
export interface NodeStats {
  /** When Envoy took them, in milliseconds since 1970; 0 without any stats. */
  readonly takenAt: number
  readonly sums: Readonly<Partial<Record<StatKind, number>>>
  /** Calls by upper bound of their bucket of latency, in milliseconds. */
  readonly latency: ReadonlyMap<number, number>
}

/** Field numbers of `StreamMetricsMessage`, and of `MetricFamily`, `Metric`, `Counter`, `Gauge`, `Histogram` and `Bucket`. */
const METRICS = 2
const FAMILY = { name: 1, metric: 4 }
const METRIC = { gauge: 2, counter: 3, takenAt: 6, histogram: 7 }
const VALUE = 1
const HISTOGRAM = { count: 1, bucket: 3 }
const BUCKET = { cumulativeCount: 1, upperBound: 2 }

/** An Envoy with 500 clusters sends half a MiB. */
const MAX_BYTES = 16 * 1024 * 1024

interface Draft {
  takenAt: number
  readonly sums: Partial<Record<StatKind, number>>
  readonly latency: Map<number, number>
}

/** @throws SwitchyardError `invalid-argument` if it is too large, or not a `StreamMetricsMessage` */
export function decodeStats(message: Uint8Array): NodeStats {
  if (message.length > MAX_BYTES) {
    throw new SwitchyardError(
      'invalid-argument',
      `the stats have ${message.length} bytes, and the limit is ${MAX_BYTES}: serve fewer clusters, or leave stats out by stats_config.stats_matcher`,
    )
  }
  const draft: Draft = { takenAt: 0, sums: {}, latency: new Map() }
  try {
    readMessage(new BinaryReader(message), draft)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `the stats cannot be decoded: ${reason}`, { cause })
  }
  return draft
}

function readMessage(reader: BinaryReader, draft: Draft): void {
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field !== METRICS || type !== WireType.LengthDelimited) {
      reader.skip(type, field)
      continue
    }
    const end = endOf(reader)
    readFamily(reader, end, draft)
    reader.pos = end
  }
}

/** The name comes first, and decides whether the rest is read. Of the first stat, whichever it is, the time is. */
function readFamily(reader: BinaryReader, end: number, draft: Draft): void {
  let kind: StatKind | undefined
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (field === FAMILY.name) {
      kind = kindOf(reader.string())
      if (kind === undefined && draft.takenAt !== 0) return
    } else if (field === FAMILY.metric) {
      readMetric(new BinaryReader(reader.bytes()), kind, draft)
    } else reader.skip(type, field)
  }
}

function readMetric(reader: BinaryReader, kind: StatKind | undefined, draft: Draft): void {
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === METRIC.takenAt) draft.takenAt = Number(reader.int64())
    else if (kind === undefined) reader.skip(type, field)
    else if (field === METRIC.histogram) readHistogram(new BinaryReader(reader.bytes()), draft.latency)
    else if (field === METRIC.counter || field === METRIC.gauge) {
      draft.sums[kind] = (draft.sums[kind] ?? 0) + readValue(new BinaryReader(reader.bytes()))
    } else reader.skip(type, field)
  }
}

/** @returns a count: 0 for what is not one */
function readValue(reader: BinaryReader): number {
  let value = 0
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === VALUE && type === WireType.Bit64) value = reader.double()
    else reader.skip(type, field)
  }
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : 0
}

/** Envoy writes how many samples are below each bound; all of them together are in `count`. */
function readHistogram(reader: BinaryReader, latency: Map<number, number>): void {
  let count = 0
  let below = 0
  let last = 0
  const add = (bound: number, calls: number) => {
    if (calls <= 0) return
    // The bound before says where the bucket begins, also if no call was below it.
    if (last > 0) latency.set(last, latency.get(last) ?? 0)
    latency.set(bound, (latency.get(bound) ?? 0) + calls)
  }
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === HISTOGRAM.count) count = reader.uint32()
    else if (field === HISTOGRAM.bucket) {
      const { cumulativeCount, upperBound } = readBucket(new BinaryReader(reader.bytes()))
      add(upperBound, cumulativeCount - below)
      below = cumulativeCount
      last = upperBound
    } else reader.skip(type, field)
  }
  // Longer than the last bound: how much, nobody knows.
  add(last, count - below)
}

function readBucket(reader: BinaryReader) {
  let cumulativeCount = 0
  let upperBound = 0
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === BUCKET.cumulativeCount) cumulativeCount = reader.uint32()
    else if (field === BUCKET.upperBound && type === WireType.Bit64) upperBound = reader.double()
    else reader.skip(type, field)
  }
  return { cumulativeCount, upperBound }
}

function endOf(reader: BinaryReader): number {
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw new RangeError('premature end of a message')
  return end
}
