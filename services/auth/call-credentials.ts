// Per-RPC credentials: each call carries the token that is good when it starts.

import {
  type CallCredentials,
  type ChannelCredentials,
  credentials,
  Metadata,
  status,
  type VerifyOptions,
} from '@grpc/grpc-js'
import type { TokenSource } from './token-source.ts'

/** A call fails with UNAVAILABLE if the source has no token. */
export function tokenCredentials(source: TokenSource): CallCredentials {
  return credentials.createFromMetadataGenerator((_options, done) => {
    source.get().then(
      (token) => done(null, Metadata.fromHttp2Headers({ authorization: `Bearer ${token}` })),
      (error: unknown) => done(unavailable(error)),
    )
  })
}

/** UNAVAILABLE lets the client retry. Without a code, grpc-js ends the call with UNKNOWN. */
function unavailable(error: unknown): Error & { readonly code: status } {
  const message = error instanceof Error ? error.message : String(error)
  return Object.assign(new Error(message, { cause: error }), { code: status.UNAVAILABLE })
}

export interface TlsIdentity {
  /** PEM. Default: the authorities of the system. */
  readonly ca?: Buffer
  /** PEM, for mutual TLS. */
  readonly key?: Buffer
  readonly certificate?: Buffer
  readonly verify?: VerifyOptions
}

/** TLS with a token on every call. On plaintext, grpc-js sends no call credentials: it does not know who would receive them. */
export function secureCredentials(source: TokenSource, tls: TlsIdentity = {}): ChannelCredentials {
  const { ca = null, key = null, certificate = null, verify } = tls
  const channel = credentials.createSsl(ca, key, certificate, verify)
  return credentials.combineChannelCredentials(channel, tokenCredentials(source))
}
