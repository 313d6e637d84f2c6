// What a request must have. A bad one ends its stream, with the gRPC status that the client gets.

import { type JsonValue, toBinary } from '@bufbuild/protobuf'
import { type Node, NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { status as grpcStatus } from '@grpc/grpc-js'
import { messageOf } from '../cache/option.ts'
import { isListenerAddress } from '../snapshot/listener-address.ts'
import { isTypeUrl } from '../snapshot/resource-type.ts'

/** Bytes of a node id, a node cluster, a user agent and a type URL. They are kept after the streams of the client have ended. */
const MAX_NAME_BYTES = 256

/** Bytes of a node without its list of extensions, which nobody keeps. It is kept for each stream. */
const MAX_NODE_BYTES = 64 * 1024

/** Characters of a wrong value that an error repeats. */
const MAX_SHOWN = 64

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
  checkLength('node.user_agent_name', node.userAgentName)
  const { case: kind, value: version } = node.userAgentVersionType
  if (kind === 'userAgentVersion') checkLength('node.user_agent_version', version)
  checkListenerAddress(node.metadata?.switchyard)
  const kept: Node = { ...node, extensions: [] }
  const { length } = toBinary(NodeSchema, kept)
  if (length > MAX_NODE_BYTES) {
    throw new BadRequest(
      `node has ${length} bytes without its extensions, and the limit is ${MAX_NODE_BYTES}: shorten its metadata in the bootstrap`,
    )
  }
  return kept
}

function checkListenerAddress(metadata: JsonValue | undefined): void {
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata)) return
  const { listener_address: address } = metadata
  if (address === undefined || (typeof address === 'string' && isListenerAddress(address))) return
  throw new BadRequest(
    `node.metadata.switchyard.listener_address is ${JSON.stringify(address).slice(0, MAX_SHOWN)}, not an IP address: fix it in the bootstrap`,
  )
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

function checkLength(field: string, text: string, advice = ''): void {
  const length = Buffer.byteLength(text)
  if (length > MAX_NAME_BYTES)
    throw new BadRequest(`${field} has ${length} bytes, and the limit is ${MAX_NAME_BYTES}${advice}`)
}
