// The policy's view of a call, from Envoy's CheckRequest. Ambiguous calls are denied here.

import type { JsonObject } from '@bufbuild/protobuf'
import type { CheckRequest } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'

/** `input` of a policy. docs/security/opa.md describes it for those who write one. */
export interface PolicyInput {
  /** Such as `switchyard.echo.v1.EchoService`. */
  readonly service: string
  /** Such as `Unary`. */
  readonly method: string
  /** Claims of the tokens that Envoy has checked, by the names of their entries in the document's `jwt`. */
  readonly claims: Readonly<Record<string, JsonObject>>
  /** Headers of the same tokens, such as `{ alg, typ }`, by the same names. */
  readonly tokenHeaders: Readonly<Record<string, JsonObject>>
  /** Every value of each header, in the order in which they came; names in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly source: {
    /** IP address or path of a socket, without port. */
    readonly address: string
    /** The first URI or DNS name of the client's certificate that Envoy has checked; empty without mTLS. */
    readonly principal: string
  }
  /** Present if the fleet sends bodies: the length of the body. */
  readonly body?: { readonly bytes: number }
}

/** Why a call is denied without evaluating the policy. */
export interface Unreadable {
  readonly denial: string
}

/** The namespace of the metadata that Envoy's jwt_authn writes. */
const JWT_METADATA = 'envoy.filters.http.jwt_authn'
/** The suffix of the key beside an entry's claims. It cannot be the name of an entry, because those have no slash. */
const TOKEN_HEADER_SUFFIX = '/header'
/** Envoy sets it when it sends a body. A client that sets it can only get its own call denied. */
const PARTIAL_BODY = 'x-envoy-auth-partial-body'

const METHOD_PATH = /^\/([A-Za-z_][\w.]*)\/([A-Za-z_]\w*)$/
const UTF8 = new TextDecoder('utf-8', { fatal: true })

export function toPolicyInput({ attributes }: CheckRequest): PolicyInput | Unreadable {
  const http = attributes?.request?.http
  const [, service, method] = METHOD_PATH.exec(http?.path ?? '') ?? []
  if (http === undefined || service === undefined || method === undefined) {
    return { denial: 'the path is not a gRPC method' }
  }
  const headers = readHeaders(http.headerMap?.headers ?? [])
  if (headers === undefined) return { denial: 'a header is not UTF-8' }
  // A policy that sees only the first half of a message cannot check the second.
  if (headers[PARTIAL_BODY]?.includes('true')) return { denial: 'the message is larger than the policy sees' }
  return {
    service,
    method,
    ...readTokens(attributes?.metadataContext?.filterMetadata[JWT_METADATA] ?? {}),
    headers,
    source: {
      address: addressOf(attributes?.source?.address),
      principal: attributes?.source?.principal ?? '',
    },
    ...(PARTIAL_BODY in headers && { body: { bytes: http.rawBody.length } }),
  }
}

type RawHeader = { readonly key: string; readonly value: string; readonly rawValue: Uint8Array }

/** Undefined if a value is not UTF-8. Repeated headers stay separate: joined, they would look like one value (CVE-2021-32777). */
function readHeaders(raw: readonly RawHeader[]): Record<string, string[]> | undefined {
  // Without a prototype: a header may be called "constructor".
  const headers: Record<string, string[]> = Object.create(null)
  for (const { key, value, rawValue } of raw) {
    const text = rawValue.length === 0 ? value : decodeUtf8(rawValue)
    if (text === undefined) return undefined
    const values = headers[key]
    if (values === undefined) headers[key] = [text]
    else values.push(text)
  }
  return headers
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

function readTokens(metadata: JsonObject): Pick<PolicyInput, 'claims' | 'tokenHeaders'> {
  const claims: Record<string, JsonObject> = Object.create(null)
  const tokenHeaders: Record<string, JsonObject> = Object.create(null)
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
    if (name.endsWith(TOKEN_HEADER_SUFFIX)) tokenHeaders[name.slice(0, -TOKEN_HEADER_SUFFIX.length)] = value
    else claims[name] = value
  }
  return { claims, tokenHeaders }
}

type Attributes = NonNullable<CheckRequest['attributes']>

function addressOf(address: NonNullable<Attributes['source']>['address']): string {
  const at = address?.address
  if (at?.case === 'socketAddress') return at.value.address
  return at?.case === 'pipe' ? at.value.path : ''
}
