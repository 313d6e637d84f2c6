// A client of Envoy's metrics service: it pushes the stats that a test writes.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Client } from '@grpc/grpc-js'
import { TelemetryClient } from './telemetry-client.ts'

const STREAM_METRICS = '/envoy.service.metrics.v3.MetricsService/StreamMetrics'

export interface Stat {
  readonly name: string
  readonly counter?: number
  readonly gauge?: number
  /** Calls below each bound, as Envoy writes them: `[[0.5, 2], [1.5, 5]]` are two and three calls. */
  readonly histogram?: readonly (readonly [bound: number, below: number])[]
  /** All samples of the histogram. Default: those below its last bound. */
  readonly count?: number
}

export interface Push {
  /** When Envoy took the stats, in milliseconds. */
  readonly takenAt: number
  readonly calls: number
  readonly more?: readonly Stat[]
}

/** The stats of a listener "main" with this number of calls. */
export function callsStat(calls: number): Stat {
  return { name: 'http.main.downstream_rq_completed', counter: calls }
}

export class StatsClient extends TelemetryClient {
  constructor(client: Client) {
    super(client, STREAM_METRICS)
  }

  push({ takenAt, calls, more = [] }: Push): void {
    this.raw.send(statsMessage([callsStat(calls), ...more], takenAt))
  }
}

/** A `StreamMetricsMessage` without its identifier. */
export function statsMessage(stats: readonly Stat[], takenAt = 1_000): Uint8Array {
  const message = new BinaryWriter()
  for (const stat of stats) nested(message, 2, (family) => writeFamily(family, stat, takenAt))
  return message.finish()
}

function writeFamily(
  family: BinaryWriter,
  { name, counter, gauge, histogram, count }: Stat,
  takenAt: number,
): void {
  family.tag(1, WireType.LengthDelimited).string(name)
  family.tag(3, WireType.Varint).int32(histogram ? 4 : gauge === undefined ? 0 : 1)
  nested(family, 4, (metric) => {
    const value = (number: number) => (inner: BinaryWriter) => inner.tag(1, WireType.Bit64).double(number)
    if (gauge !== undefined) nested(metric, 2, value(gauge))
    if (counter !== undefined) nested(metric, 3, value(counter))
    metric.tag(6, WireType.Varint).int64(takenAt)
    if (histogram === undefined) return
    nested(metric, 7, (inner) => {
      inner.tag(1, WireType.Varint).uint64(count ?? histogram.at(-1)?.[1] ?? 0)
      inner.tag(2, WireType.Bit64).double(0)
      for (const [bound, below] of histogram) {
        nested(inner, 3, (bucket) => {
          bucket.tag(1, WireType.Varint).uint64(below)
          bucket.tag(2, WireType.Bit64).double(bound)
        })
      }
    })
  })
}

function nested(outer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  const inner = new BinaryWriter()
  write(inner)
  outer.tag(field, WireType.LengthDelimited).bytes(inner.finish())
}
