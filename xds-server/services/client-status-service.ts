// CSDS: who is connected, and what each client was sent and has ACKed or NACKed.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/status/v3/csds.proto

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  ClientStatusDiscoveryService,
  type ClientStatusRequest,
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
} from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import {
  status as grpcStatus,
  type Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { callOption } from '../cache/option.ts'
import type { Serving } from '../cache/serving.ts'
import type { MessageRegistry } from '../snapshot/message-registry.ts'
import type { Authorize } from './authorize.ts'
import { byteMethod } from './byte-method.ts'
import { BadRequest, decodeOrReject } from './check-request.ts'
import { toClientConfig } from './client-config.ts'
import { type FailedWork, reportFailure } from './failure.ts'
import { matchesNode } from './node-matcher.ts'
import type { OpenStreams } from './open-streams.ts'
import { createPeer, type Peer } from './peer.ts'

export interface ClientStatusContext {
  readonly serving: Serving
  readonly messages: MessageRegistry
  /** Which nodes a peer may see. */
  readonly authorize: Authorize
  readonly open: OpenStreams
}

const FAILED: FailedWork = {
  describe: (peer, cause) => `a request for client status of ${peer} failed: ${cause}`,
  details: 'the xDS server failed to answer this request: see its "fault" event',
}

type Call = ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>

/** Adds `FetchClientStatus`, and `StreamClientStatus`, which answers each request once, as gRPC's own CSDS does. */
export function addClientStatusService(server: Server, context: ClientStatusContext): void {
  const path = (method: string) => `/${ClientStatusDiscoveryService.typeName}/${method}`
  const fetch = { ...byteMethod(path('FetchClientStatus')), requestStream: false, responseStream: false }
  server.addService(
    { StreamClientStatus: byteMethod(path('StreamClientStatus')), FetchClientStatus: fetch },
    {
      FetchClientStatus: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        attempt(
          () => callback(null, answer(call.request, call, context)),
          (error) => callback(failed(error, call, context)),
        )
      },
      StreamClientStatus: (call: ServerDuplexStream<Buffer, Buffer>) => {
        const place = context.open.enter(call)
        if (place === undefined) return
        const end = () => {
          place.leave()
          call.end()
        }
        place.onEnd({ isSettled: () => true, end })
        call.on('data', (bytes: Buffer) => {
          place.heard()
          attempt(
            () => call.write(answer(bytes, call, context)),
            (error) => call.emit('error', failed(error, call, context)),
          )
        })
        call.on('end', end)
        for (const ending of ['cancelled', 'error', 'close']) call.on(ending, () => place.leave())
      },
    },
  )
}

function attempt(work: () => void, onError: (error: unknown) => void): void {
  try {
    work()
  } catch (error) {
    onError(error)
  }
}

function answer(bytes: Buffer, call: Call, { serving, messages, authorize }: ClientStatusContext): Buffer {
  const request = decodeOrReject(() => fromBinary(ClientStatusRequestSchema, bytes))
  const peer = createPeer(call.getPeer(), call.getAuthContext())
  const options = { messages, excludeContents: request.excludeResourceContents }
  const config = visibleTo(peer, request, serving, authorize).map((one) => toClientConfig(one, options))
  return Buffer.from(toBinary(ClientStatusResponseSchema, create(ClientStatusResponseSchema, { config })))
}

/** The clients that the request means and the peer may see. @throws BadRequest if it may see none of them */
function visibleTo(
  peer: Peer,
  { nodeMatchers }: ClientStatusRequest,
  serving: Serving,
  authorize: Authorize,
) {
  const meant = serving.clientViews().filter(({ node }) => matchesNode(nodeMatchers, node))
  const denials = meant.map(({ node }) => callOption('authorize', () => authorize(peer, node)))
  const visible = meant.filter((_, index) => denials[index] === undefined)
  const [denied] = denials
  if (visible.length === 0 && denied !== undefined) throw new BadRequest(denied, grpcStatus.PERMISSION_DENIED)
  return visible
}

function failed(error: unknown, call: Call, { serving }: ClientStatusContext) {
  return reportFailure(serving, call.getPeer(), error, FAILED)
}
