// The same call with other header fields, or with other rules for them.

import { type OutgoingHttpHeaders, sensitiveHeaders } from 'node:http2'

/** 300 characters, as a JSON Web Token has. */
const TOKEN = `Bearer ${'abcdefghijklmnopqrstuvwxyz0123456789._-ABCDEFGHIJKLMNOPQRSTUVWXYZ'.repeat(5).slice(0, 293)}`
/** As long as a UUID. */
const requestId = (call: number) => `7d444840-9dc0-11d1-b245-${String(call).padStart(12, '0')}`

export interface Variant {
  readonly title: string
  /** Of the call with this number, from 1. */
  readonly headers: (call: number) => OutgoingHttpHeaders
  /** What the server sets, in bytes: SETTINGS_HEADER_TABLE_SIZE. Default: 4,096. */
  readonly tableBytes?: number
}

/** What gRPC sends with each call. */
const CALL = {
  ':method': 'POST',
  ':path': '/switchyard.echo.v1.EchoService/Unary',
  'content-type': 'application/grpc',
  'user-agent': 'grpc-node-js/1.14.0',
  te: 'trailers',
  'grpc-accept-encoding': 'identity,deflate,gzip',
  'grpc-timeout': '10S',
}
/** In a field of one's own, which encoders treat as any other. */
const SESSION = { 'x-session': TOKEN }

export const VARIANTS = {
  same: {
    title: 'the same fields in each call',
    headers: () => ({ ...CALL, ...SESSION, 'x-request-id': requestId(0) }),
  },
  changing: {
    title: 'a request id that changes',
    headers: (call) => ({ ...CALL, ...SESSION, 'x-request-id': requestId(call) }),
  },
  'never-indexed': {
    title: 'a session marked as never indexed',
    headers: () => ({ ...CALL, ...SESSION, 'x-request-id': requestId(0), [sensitiveHeaders]: ['x-session'] }),
  },
  authorization: {
    title: 'the session as authorization',
    headers: () => ({ ...CALL, authorization: TOKEN, 'x-request-id': requestId(0) }),
  },
  'no-table': {
    title: 'table size 0',
    headers: () => ({ ...CALL, ...SESSION, 'x-request-id': requestId(0) }),
    tableBytes: 0,
  },
} as const satisfies Readonly<Record<string, Variant>>

export type VariantName = keyof typeof VARIANTS
export const VARIANT_NAMES = Object.keys(VARIANTS) as readonly VariantName[]

/** Real gRPC calls beside them: grpc-js and a backend, with the same session as metadata. */
export const GRPC = 'grpc-js'
export const GRPC_METADATA = SESSION

export const hpackId = (name: VariantName | typeof GRPC): string => `hpack.${name}`
