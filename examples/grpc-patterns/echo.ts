// What the examples share: a server of the echo service and a client of it, as grpc-js makes them.

import {
  type EchoRequest,
  type EchoResponse,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import {
  type CallOptions,
  type Client,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  makeClientConstructor,
  type requestCallback,
  Server,
  ServerCredentials,
  type ServerOptions,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { serviceDefinition } from '../../services/rpc/index.ts'

/** Prints a line, as `console.log` does. */
export type Print = (line: string) => void

export type Request = Partial<Pick<EchoRequest, 'message' | 'payload'>>

/** The methods that grpc-js makes of the service definition; it has no types for them. */
export interface EchoClient extends Client {
  unary(
    request: Request,
    metadata: Metadata,
    options: CallOptions,
    done: requestCallback<EchoResponse>,
  ): ClientUnaryCall
  serverStream(request: Request, metadata: Metadata, options: CallOptions): ClientReadableStream<EchoResponse>
  clientStream(
    metadata: Metadata,
    options: CallOptions,
    done: requestCallback<EchoResponse>,
  ): ClientWritableStream<Request>
}

type Answer = Partial<Pick<EchoResponse, 'message' | 'sequence' | 'payload'>>

export interface EchoHandlers {
  readonly unary: handleUnaryCall<EchoRequest, Answer>
  readonly serverStream: handleServerStreamingCall<EchoRequest, Answer>
  readonly clientStream: handleClientStreamingCall<EchoRequest, Answer>
  readonly bidirectional: handleBidiStreamingCall<EchoRequest, Answer>
}

const DEFINITION = serviceDefinition(EchoService)
const EchoClientOfGrpc = makeClientConstructor(DEFINITION, 'EchoService')

/** @param address `HOST:PORT`; a connection of its own, in plaintext */
export function connectEcho(address: string, options: ClientOptions = {}): EchoClient {
  const own = { 'grpc.use_local_subchannel_pool': 1, ...options }
  return new EchoClientOfGrpc(address, credentials.createInsecure(), own) as unknown as EchoClient
}

export interface EchoServer {
  /** `HOST:PORT` */
  readonly address: string
  close(): void
}

/** Starts a server on a free port of the loopback, or on `port`. Methods without a handler answer UNIMPLEMENTED. */
export async function serveEcho(
  handlers: Partial<EchoHandlers>,
  options: ServerOptions = {},
  port = 0,
): Promise<EchoServer> {
  const server = new Server(options)
  server.addService(DEFINITION, handlers as UntypedServiceImplementation)
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, found) =>
      error ? reject(error) : resolve(found),
    )
  })
  return { address: `127.0.0.1:${bound}`, close: () => server.forceShutdown() }
}
