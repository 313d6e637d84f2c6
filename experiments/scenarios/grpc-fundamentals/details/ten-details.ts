// Provokes an error for each kind of details, and keeps what the client reads.

import { pathToFileURL } from 'node:url'
import { type JsonValue, toJsonString } from '@bufbuild/protobuf'
import {
  BadRequestSchema,
  DebugInfoSchema,
  ErrorInfoSchema,
  HelpSchema,
  LocalizedMessageSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { Metadata } from '@grpc/grpc-js'
import {
  DETAILS_TRAILER,
  detailsOf,
  type ErrorDetail,
  type RpcClient,
  RpcStatusError,
} from '../../../../services/rpc/index.ts'
import { sourceFile } from '../../../../testbed/part.ts'
import type { Way } from '../statuses/way.ts'
import type { Parts } from './parts.ts'

const CHECKOUT = pathToFileURL(sourceFile('')).href

/** All of google/rpc/error_details.proto, and who needs it for what. */
export const KINDS = [
  { schema: BadRequestSchema, what: 'which fields of the request are wrong, and why' },
  { schema: ErrorInfoSchema, what: 'a reason for programs, unique with its domain; never parse the message' },
  { schema: ResourceInfoSchema, what: 'which resource was not there, or was there already' },
  { schema: PreconditionFailureSchema, what: 'what must change before the call can succeed' },
  { schema: QuotaFailureSchema, what: 'which quota is used up' },
  { schema: RetryInfoSchema, what: 'when to try again; sooner is useless' },
  { schema: LocalizedMessageSchema, what: 'a text for the end user, in the language of accept-language' },
  { schema: RequestInfoSchema, what: 'the id to give to support; here that of x-request-id' },
  { schema: HelpSchema, what: 'where to read on' },
  { schema: DebugInfoSchema, what: 'stack and cause, inside of a company only' },
] as const

/** An error as its client read it. */
export interface RichSeen {
  readonly code: number
  readonly message: string
  /** Of the trailer, before base64. */
  readonly bytes: number
  readonly details: readonly { readonly type: string; readonly json: JsonValue }[]
}

type Store = RpcClient<typeof KeyValueService>
type Options = Parameters<Store['get']>[1]

/** Each ends with an error of its own. Keys differ by way, because both ways have the same store. */
const CALLS: readonly {
  readonly server: string
  readonly call: (store: Store, way: Way, options: Options) => Promise<unknown>
}[] = [
  {
    server: 'rich',
    call: (store, _, options) => store.put({ key: '', value: new Uint8Array(2 ** 21) }, options),
  },
  { server: 'rich', call: (store, _, options) => store.get({ key: 'nobody/has/put/it' }, options) },
  {
    server: 'rich',
    async call(store, way, options) {
      await store.put({ key: `changed/${way}` })
      await store.put({ key: `changed/${way}`, expectedVersion: 1_000_000n }, options)
    },
  },
  {
    server: 'rich',
    async call(store, way, options) {
      await store.seal({ prefix: `sealed/${way}/` })
      await store.put({ key: `sealed/${way}/a` }, options)
    },
  },
  {
    server: 'metered',
    async call(store, way, options) {
      for (;;) await store.put({ key: `often/${way}` }, options)
    },
  },
]

export async function provokeDetails(parts: Parts, way: Way): Promise<readonly RichSeen[]> {
  const seen: RichSeen[] = []
  for (const { server, call } of CALLS) {
    const metadata = Metadata.fromHttp2Headers({ 'x-request-id': `r-${way}`, 'accept-language': 'de-CH, en' })
    seen.push(await parts.with(KeyValueService, server, way, (store) => read(call(store, way, { metadata }))))
  }
  return seen
}

async function read(call: Promise<unknown>): Promise<RichSeen> {
  const error = await call.then(
    () => new TypeError('the call succeeded'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof RpcStatusError)) throw error
  const [value] = error.metadata.get(DETAILS_TRAILER)
  return {
    code: error.code,
    message: error.message,
    bytes: value === undefined ? 0 : Buffer.from(value).byteLength,
    details: detailsOf(error).map((detail) => ({ type: detail.$typeName, json: jsonOf(detail) })),
  }
}

/** Without the folder of this checkout, which the stack of a DebugInfo names: reports are shown to others. */
export function jsonOf(detail: ErrorDetail): JsonValue {
  const schema = KINDS.find((kind) => kind.schema.typeName === detail.$typeName)?.schema
  if (schema === undefined) return null
  return JSON.parse(toJsonString(schema, detail as never).replaceAll(CHECKOUT, ''))
}
