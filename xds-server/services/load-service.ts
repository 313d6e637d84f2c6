// The gRPC service of load reports (LRS). Requests and responses stay bytes.

import { LoadReportingService } from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import type { Server } from '@grpc/grpc-js'
import { byteMethod } from './byte-method.ts'
import { LoadStream, type LoadStreamContext } from './load-stream.ts'
import type { OpenStreams } from './open-streams.ts'
import type { ByteStream } from './xds-stream.ts'

const METHOD = 'StreamLoadStats'

/** Adds the service. Without `loads` its streams are accepted and stay without an answer: Envoy would retry a rejected one. */
export function addLoadService(
  server: Server,
  open: OpenStreams,
  context: Omit<LoadStreamContext, 'id' | 'place'>,
): void {
  let streams = 0
  server.addService(
    { [METHOD]: byteMethod(`/${LoadReportingService.typeName}/${METHOD}`) },
    {
      [METHOD]: (call: ByteStream) => {
        const place = open.enter(call)
        if (place === undefined) return
        streams += 1
        new LoadStream(call, { ...context, place, id: streams })
      },
    },
  )
}
