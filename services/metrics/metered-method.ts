// A method as metrics name it.

import type { DescService } from '@bufbuild/protobuf'
import { rpcMethod } from '../rpc/service-definition.ts'

export interface MeteredMethod {
  readonly labels: Readonly<Record<'grpc_type' | 'grpc_service' | 'grpc_method', string>>
  readonly requestStream: boolean
  readonly responseStream: boolean
}

/** What grpc-js says of a method. */
export interface CalledMethod {
  /** Such as `/switchyard.echo.v1.EchoService/Unary`. */
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
}

export function meteredMethod({ path, requestStream, responseStream }: CalledMethod): MeteredMethod {
  const [, service = '', method = ''] = path.split('/')
  const labels = {
    grpc_type: typeOf(requestStream, responseStream),
    grpc_service: service,
    grpc_method: method,
  }
  return { labels, requestStream, responseStream }
}

/** By path. */
export function meteredMethods(services: readonly DescService[]): ReadonlyMap<string, MeteredMethod> {
  const methods = services.flatMap((one) => one.methods.map(rpcMethod))
  return new Map(methods.map((method) => [method.path, meteredMethod(method)]))
}

function typeOf(requestStream: boolean, responseStream: boolean): string {
  if (requestStream && responseStream) return 'bidi_stream'
  if (requestStream) return 'client_stream'
  return responseStream ? 'server_stream' : 'unary'
}
