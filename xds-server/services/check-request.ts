// What a request must have. A bad one ends its stream, with the gRPC status that the client gets.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { status as grpcStatus } from '@grpc/grpc-js'
import { messageOf } from '../cache/option.ts'
import { isTypeUrl } from '../snapshot/resource-type.ts'

/** Characters of a node id, a node cluster and a type URL. They are kept after the streams of the client have ended. */
const MAX_NAME_LENGTH = 1_024

export class BadRequest extends Error {
  readonly code: grpcStatus

  constructor(message: string, code = grpcStatus.INVALID_ARGUMENT) {
    super(message)
    this.code = code
  }
}

/** @throws BadRequest if the bytes cannot be decoded, or the one that `decode` throws */
export function decodeOrReject<Decoded>(decode: () => Decoded): Decoded {
  try {
    return decode()
  } catch (error) {
    if (error instanceof BadRequest) throw error
    throw new BadRequest(`the request cannot be decoded: ${messageOf(error)}`)
  }
}

/** Returns the node of the first request of a stream. @throws BadRequest */
export function checkNode(node: Node | undefined): Node {
  if (node === undefined)
    throw new BadRequest('the first request of a stream has no node: send node with an id')
  if (node.id === '')
    throw new BadRequest('node.id is empty: set node.id in the bootstrap (or --service-node)')
  checkLength('node.id', node.id, ': shorten it in the bootstrap')
  checkLength('node.cluster', node.cluster, ': shorten it in the bootstrap')
  return node
}

/**
 * Returns the request with its type.
 * @param own the type of a service such as CDS, which its requests may omit; undefined on ADS
 * @throws BadRequest
 */
export function checkType<Request extends { readonly typeUrl: string }>(
  request: Request,
  own: string | undefined,
): Request {
  if (request.typeUrl === '') {
    if (own !== undefined) return { ...request, typeUrl: own }
    throw new BadRequest('type_url is empty: set it in each request of an aggregated stream (ADS)')
  }
  checkLength('type_url', request.typeUrl)
  if (own !== undefined && request.typeUrl !== own) {
    throw new BadRequest(
      `type_url is "${request.typeUrl}", but this service serves only ${own}: omit type_url, or use ADS`,
    )
  }
  if (!isTypeUrl(request.typeUrl)) {
    throw new BadRequest(
      `type_url "${request.typeUrl}" is invalid: use the form type.googleapis.com/package.Message`,
    )
  }
  return request
}

function checkLength(field: string, { length }: string, advice = ''): void {
  if (length > MAX_NAME_LENGTH)
    throw new BadRequest(`${field} has ${length} characters, and the limit is ${MAX_NAME_LENGTH}${advice}`)
}
