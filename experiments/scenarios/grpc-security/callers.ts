// Callers with their tokens and certificates, and a call that returns its gRPC status.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService, PutRequestSchema } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'

const ECHO = toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'hello' }))
const PUT = toBinary(PutRequestSchema, create(PutRequestSchema, { key: 'k' }))

/** The methods that everybody calls, in the order of the tables. */
export const METHODS = [
  { name: 'Echo/Unary', path: `/${EchoService.typeName}/Unary`, message: ECHO },
  { name: 'Echo/Bidirectional', path: `/${EchoService.typeName}/Bidirectional`, message: ECHO },
  { name: 'KeyValue/Put', path: `/${KeyValueService.typeName}/Put`, message: PUT },
] as const
export type Method = (typeof METHODS)[number]

/** The CA that a client trusts, and its own certificate, in PEM. */
export interface Identity {
  readonly ca: string
  readonly certificate?: string
  readonly key?: string
}

export interface Caller {
  readonly name: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Used if the listener serves TLS. */
  readonly identity: Identity
}

/** A call without an answer by then ends with DEADLINE_EXCEEDED. */
const DEADLINE_MS = 5_000

/** Calls on a new connection, so that the current filter chain decides. */
export async function statusOf(
  target: string,
  caller: Caller,
  method: Method,
  tls: boolean,
): Promise<number> {
  const client = openChannel(target, tls ? caller.identity : undefined)
  try {
    return await callOn(client, metadataOf(caller), method)
  } finally {
    client.close()
  }
}

/** A channel with a connection of its own; plaintext without an identity. */
export function openChannel(target: string, identity?: Identity): Client {
  return new Client(target, identity ? tlsOf(identity) : credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    // The certificate names localhost, and each Envoy of this host has another address.
    ...(identity && { 'grpc.ssl_target_name_override': 'localhost' }),
  })
}

/** The gRPC status of a call: 0 for OK. A streaming method gets one message and returns one. */
export function callOn(client: Client, metadata: Metadata, { path, message }: Method): Promise<number> {
  const asIs = (bytes: Uint8Array) => Buffer.from(bytes)
  const options = { deadline: Date.now() + DEADLINE_MS }
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, asIs, asIs, message, metadata, options, (error: ServiceError | null) =>
      resolve(error?.code ?? 0),
    )
  })
}

export function metadataOf({ token, headers = {} }: Pick<Caller, 'token' | 'headers'>): Metadata {
  return Metadata.fromHttp2Headers({
    ...headers,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  })
}

function tlsOf({ ca, certificate, key }: Identity): ChannelCredentials {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text))
  return credentials.createSsl(Buffer.from(ca), pem(key), pem(certificate))
}
