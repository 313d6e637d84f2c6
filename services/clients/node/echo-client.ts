// The echo service's client for any target that gRPC can resolve, `xds:///NAME` among them. A program of your own needs this file only.

import { fileURLToPath } from 'node:url'
import {
  type CallOptions,
  type ChannelCredentials,
  type ChannelOptions,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials,
  loadPackageDefinition,
  type Metadata,
  type requestCallback,
} from '@grpc/grpc-js'
import { register, XdsChannelCredentials } from '@grpc/grpc-js-xds'
import { loadSync } from '@grpc/proto-loader'

const PROTO = fileURLToPath(new URL('../../../proto/switchyard/echo/v1/echo.proto', import.meta.url))

// Teaches grpc-js targets such as `xds:///echo`. The first of them reads the bootstrap file that GRPC_XDS_BOOTSTRAP names.
register()

export interface EchoRequest {
  readonly message?: string
  readonly payload?: Buffer
  readonly payloadSize?: number
}

export interface EchoResponse {
  /** The name of the backend that answered. */
  readonly backendId: string
}

export interface EchoClient extends Client {
  unary(
    request: EchoRequest,
    metadata: Metadata,
    options: CallOptions,
    done: requestCallback<EchoResponse>,
  ): ClientUnaryCall
  serverStream(
    request: EchoRequest,
    metadata: Metadata,
    options: CallOptions,
  ): ClientReadableStream<EchoResponse>
  clientStream(
    metadata: Metadata,
    options: CallOptions,
    done: requestCallback<EchoResponse>,
  ): ClientWritableStream<EchoRequest>
  bidirectional(metadata: Metadata, options: CallOptions): ClientDuplexStream<EchoRequest, EchoResponse>
}

type EchoClientConstructor = new (
  target: string,
  credentials: ChannelCredentials,
  options?: ChannelOptions,
) => EchoClient

const { switchyard } = loadPackageDefinition(loadSync(PROTO)) as unknown as {
  readonly switchyard: { readonly echo: { readonly v1: { readonly EchoService: EchoClientConstructor } } }
}

/**
 * @param target such as `xds:///echo`, `dns:///echo.example:7000` or `ipv4:127.0.0.1:7000`
 * @param security `xds` uses TLS where the control plane says so, and plaintext elsewhere
 */
export function createEchoClient(
  target: string,
  security: 'insecure' | 'xds',
  options: ChannelOptions = {},
): EchoClient {
  const insecure = credentials.createInsecure()
  const chosen = security === 'xds' ? new XdsChannelCredentials(insecure) : insecure
  return new switchyard.echo.v1.EchoService(target, chosen, options)
}
