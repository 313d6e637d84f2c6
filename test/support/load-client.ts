// A client of the load reporting service (LRS): it sends the requests that a test writes, and returns the responses one by one.

import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf'
import type {
  ClusterStatsSchema,
  UpstreamEndpointStatsSchema,
  UpstreamLocalityStatsSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/load_report_pb.js'
import {
  LoadStatsRequestSchema,
  type LoadStatsResponse,
  LoadStatsResponseSchema,
} from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import type { Client } from '@grpc/grpc-js'
import type { LoadReports } from '../../xds-server/index.ts'
import { RawStream } from './xds-client.ts'

const LRS = '/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats'

/** Some fields of a message. */
type Parts<Schema extends DescMessage> = Exclude<MessageInitShape<Schema>, Message>

/** Resolves with the next report of a node. */
export function reportOf(loads: LoadReports): Promise<void> {
  return new Promise((resolve) => {
    const stop = loads.onEvent(({ kind }) => {
      if (kind !== 'reported') return
      stop()
      resolve()
    })
  })
}

export class LoadClient {
  readonly raw: RawStream

  constructor(client: Client) {
    this.raw = new RawStream(client, LRS)
  }

  send(request: MessageInitShape<typeof LoadStatsRequestSchema>): void {
    this.raw.send(toBinary(LoadStatsRequestSchema, create(LoadStatsRequestSchema, request)))
  }

  report(...clusterStats: Parts<typeof ClusterStatsSchema>[]): void {
    this.send({ clusterStats })
  }

  async next(): Promise<LoadStatsResponse> {
    return fromBinary(LoadStatsResponseSchema, await this.raw.next())
  }

  close(): void {
    this.raw.close()
  }
}

interface Calls {
  readonly started?: number
  readonly ok?: number
  readonly errors?: number
  readonly inProgress?: number
}

function countsOf({ started = 0, ok = 0, errors = 0, inProgress = 0 }: Calls) {
  return {
    totalIssuedRequests: BigInt(started),
    totalSuccessfulRequests: BigInt(ok),
    totalErrorRequests: BigInt(errors),
    totalRequestsInProgress: BigInt(inProgress),
  }
}

/** The endpoint 127.0.0.1:PORT. */
export function endpointStats(port: number, calls: Calls = {}): Parts<typeof UpstreamEndpointStatsSchema> {
  const socket = { address: '127.0.0.1', portSpecifier: { case: 'portValue' as const, value: port } }
  return { address: { address: { case: 'socketAddress', value: socket } }, ...countsOf(calls) }
}

/** A locality in a zone with the sums of its endpoints, or with these counts. */
export function localityStats(
  zone: string,
  calls: Calls = {},
  ...upstreamEndpointStats: Parts<typeof UpstreamEndpointStatsSchema>[]
): Parts<typeof UpstreamLocalityStatsSchema> {
  return { locality: { zone }, ...countsOf(calls), upstreamEndpointStats }
}

/** The counts of ten seconds. */
export function clusterStats(
  clusterName: string,
  ...upstreamLocalityStats: Parts<typeof UpstreamLocalityStatsSchema>[]
) {
  return { clusterName, upstreamLocalityStats, loadReportInterval: { seconds: 10n } }
}
