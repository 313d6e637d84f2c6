// A channel of grpc-js to the echo service, with one connection of its own.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Client, type ClientOptions, credentials, type Interceptor, Metadata } from '@grpc/grpc-js'
import { MAX_MESSAGE_BYTES, serviceDefinition } from '../../../../services/rpc/index.ts'
import type { Channel, EchoCalls } from './story.ts'

const METHODS = serviceDefinition(EchoService)

/** @param address `HOST:PORT` */
export function openChannel(address: string, options: ClientOptions = {}): Channel {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    ...options,
  })
  return { calls: (interceptors = []) => callsOf(client, interceptors), close: () => client.close() }
}

function callsOf(client: Client, interceptors: readonly Interceptor[]): EchoCalls {
  const { unary, serverStream, clientStream, bidirectional } = METHODS
  if (!unary || !serverStream || !clientStream || !bidirectional) throw new TypeError('echo has four methods')
  const metadata = new Metadata()
  const options = { interceptors: [...interceptors] }
  return {
    unary: (request, done) =>
      client.makeUnaryRequest(
        ...([unary.path, unary.requestSerialize, unary.responseDeserialize] as const),
        ...([request, metadata, options, done] as const),
      ),
    serverStream: (request) =>
      client.makeServerStreamRequest(
        ...([serverStream.path, serverStream.requestSerialize, serverStream.responseDeserialize] as const),
        ...([request, metadata, options] as const),
      ) as ReturnType<EchoCalls['serverStream']>,
    clientStream: (done) =>
      client.makeClientStreamRequest(
        ...([clientStream.path, clientStream.requestSerialize, clientStream.responseDeserialize] as const),
        ...([metadata, options, done] as const),
      ),
    bidirectional: () =>
      client.makeBidiStreamRequest(
        ...([bidirectional.path, bidirectional.requestSerialize, bidirectional.responseDeserialize] as const),
        ...([metadata, options] as const),
      ) as ReturnType<EchoCalls['bidirectional']>,
  }
}
