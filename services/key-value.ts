// switchyard.kv.v1.KeyValueService: a small store in the backend's memory.
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  ErrorInfoSchema,
  HelpSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import type {
  KeyValueService,
  ListRequest,
  WatchResponseSchema,
} from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { WatchResponse_Kind } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import type { StoredEntry, WatchStep } from './key-value-store.ts'
import { KeyValueStore } from './key-value-store.ts'
import { rejectIf } from './reject-invalid.ts'
import type { Implementation, RpcStatusError } from './rpc/index.ts'
import { richError } from './rpc/index.ts'
import { FileValues } from './stored-values.ts'
import { WriteQuota, type WriteQuotaOptions } from './write-quota.ts'

const MAX_KEY_BYTES = 256
const MAX_VALUE_BYTES = 1024 * 1024
const MAX_PAGE_SIZE = 1000
const DEFAULT_PAGE_SIZE = 100
/** A page ends early at this size: by default a gRPC client accepts messages of 4 MiB. */
const MAX_PAGE_BYTES = 3 * 1024 * 1024

const KIND_OF_STEP = {
  put: WatchResponse_Kind.PUT,
  delete: WatchResponse_Kind.DELETE,
  'caught-up': WatchResponse_Kind.CAUGHT_UP,
} as const satisfies Record<WatchStep['kind'], WatchResponse_Kind>

/** The domain of the `reason`s in its errors. */
export const KEY_VALUE_DOMAIN = 'kv.switchyard'

/** What a key is called in the details of errors. */
const RESOURCE_TYPE = 'switchyard.kv.v1.Entry'

export interface KeyValueOptions {
  /** The folder of a file for each value, which is checked when it is read. Default: values are in memory. */
  readonly valuesIn?: string
  /** How often Put may be called. Default: no limit. */
  readonly quota?: WriteQuotaOptions
}

/** The handlers of a backend named `backendId`, with a new, empty store. */
export function keyValueService(
  backendId: string,
  { valuesIn, quota: quotaOptions }: KeyValueOptions = {},
): Implementation<typeof KeyValueService> {
  const store = new KeyValueStore(valuesIn === undefined ? undefined : new FileValues(valuesIn))
  const quota = quotaOptions && new WriteQuota(quotaOptions)

  function existing(key: string): StoredEntry {
    rejectIf([keyProblem(key)])
    const entry = store.get(key)
    if (!entry) throw notFound(key)
    return entry
  }

  function requireUnsealed(key: string): void {
    const prefix = store.sealOf(key)
    if (prefix !== undefined) throw sealed(key, prefix)
  }

  return {
    async get({ key }) {
      return { entry: existing(key), backendId }
    },

    async readRange({ key, offset, length }) {
      const { value } = existing(key)
      const total = value.byteLength
      if (offset > 0 && offset >= total) throw behindEnd(key, offset, total)
      return { value: value.subarray(offset, length === 0 ? total : offset + length), total, backendId }
    },

    async put({ key, value, expectedVersion }) {
      rejectIf([keyProblem(key), valueProblem(value)])
      const waitMs = quota?.take() ?? 0
      if (quota && waitMs > 0) throw overQuota(quota.options, waitMs)
      requireUnsealed(key)
      const version = store.versionOf(key)
      if (expectedVersion !== undefined && expectedVersion !== version) {
        throw expectedVersion === 0n ? exists(key, version) : conflict(key, version, expectedVersion)
      }
      return { entry: store.put(key, value), backendId }
    },

    async seal({ prefix }) {
      rejectIf([prefix === '' && 'prefix: is empty; give the beginning of the keys to seal'])
      return { keys: store.seal(prefix), backendId }
    },

    async delete({ key }) {
      rejectIf([keyProblem(key)])
      requireUnsealed(key)
      return { deleted: store.delete(key), backendId }
    },

    async list(request) {
      const after = keyOfToken(request.pageToken)
      rejectIf([pageSizeProblem(request), tokenProblem(request, after)])
      const entries = store.list(request.prefix, after)
      const page = firstPage(entries, request.pageSize || DEFAULT_PAGE_SIZE)
      const last = page.at(-1)
      const nextPageToken = last && page.length < entries.length ? tokenOfKey(last.key) : ''
      return { entries: page, nextPageToken, backendId }
    },

    async *watch({ prefix }, { signal }) {
      for await (const step of store.watch(prefix, signal)) yield { ...watchResponse(step), backendId }
    },
  }
}

function notFound(key: string): RpcStatusError {
  const description = 'does not exist; put it first'
  return richError(status.NOT_FOUND, `key "${key}" ${description}`, [resource(key, description)])
}

function exists(key: string, version: bigint): RpcStatusError {
  const description = `exists at version ${version}; get it, or put without expected_version to overwrite it`
  return richError(status.ALREADY_EXISTS, `key "${key}" ${description}`, [resource(key, description)])
}

function resource(resourceName: string, description: string) {
  return create(ResourceInfoSchema, { resourceType: RESOURCE_TYPE, resourceName, description })
}

function conflict(key: string, version: bigint, expected: bigint): RpcStatusError {
  const found = version === 0n ? 'does not exist' : `is at version ${version}`
  const message = `key "${key}" ${found} but was expected at version ${expected}; get it again and put with its version`
  const metadata = { key, version: String(version), expectedVersion: String(expected) }
  const reason = { reason: 'VERSION_CONFLICT', domain: KEY_VALUE_DOMAIN, metadata }
  return richError(status.ABORTED, message, [create(ErrorInfoSchema, reason)])
}

function sealed(key: string, prefix: string): RpcStatusError {
  const description = `keys under "${prefix}" are sealed; put under another prefix`
  return richError(status.FAILED_PRECONDITION, `key "${key}" cannot change: ${description}`, [
    create(PreconditionFailureSchema, { violations: [{ type: 'SEALED', subject: prefix, description }] }),
    create(HelpSchema, {
      links: [
        {
          description: 'which status means what, and what to do about it',
          url: 'https://grpc.io/docs/guides/status-codes/',
        },
      ],
    }),
  ])
}

function behindEnd(key: string, offset: number, total: number): RpcStatusError {
  const message = `offset ${offset} is behind the end of key "${key}", which has ${total} bytes; read below ${total}`
  const metadata = { key, offset: String(offset), total: String(total) }
  const reason = { reason: 'BEHIND_END', domain: KEY_VALUE_DOMAIN, metadata }
  return richError(status.OUT_OF_RANGE, message, [create(ErrorInfoSchema, reason)])
}

function overQuota({ writes, windowMs }: WriteQuotaOptions, waitMs: number): RpcStatusError {
  const description = `${writes} writes in ${windowMs} ms are the quota; write again in ${waitMs} ms`
  const seconds = Math.floor(waitMs / 1000)
  return richError(status.RESOURCE_EXHAUSTED, description, [
    create(QuotaFailureSchema, { violations: [{ subject: 'writes of this backend', description }] }),
    create(RetryInfoSchema, {
      retryDelay: { seconds: BigInt(seconds), nanos: (waitMs - 1000 * seconds) * 1_000_000 },
    }),
  ])
}

function keyProblem(key: string): string | false {
  const bytes = Buffer.byteLength(key)
  if (bytes === 0) return `key: is empty; give 1 to ${MAX_KEY_BYTES} bytes`
  return bytes > MAX_KEY_BYTES && `key: ${bytes} bytes are too many; give 1 to ${MAX_KEY_BYTES}`
}

function valueProblem({ byteLength }: Uint8Array): string | false {
  return (
    byteLength > MAX_VALUE_BYTES &&
    `value: ${byteLength} bytes are too many; give at most ${MAX_VALUE_BYTES} (1 MiB)`
  )
}

function pageSizeProblem({ pageSize }: ListRequest): string | false {
  return pageSize > MAX_PAGE_SIZE && `page_size: ${pageSize} is too many; give at most ${MAX_PAGE_SIZE}`
}

/** A page token is the last key of its page in base64url. An empty or invalid token gives no key. */
function tokenOfKey(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function keyOfToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString()
  return tokenOfKey(key) === token ? key : ''
}

function tokenProblem({ pageToken, prefix }: ListRequest, after: string): string | false {
  if (pageToken === '' || (after !== '' && after.startsWith(prefix))) return false
  return 'page_token: does not belong to this listing; give the next_page_token of the previous page, with the same prefix'
}

function firstPage(entries: readonly StoredEntry[], size: number): StoredEntry[] {
  let bytes = 0
  const page = entries.slice(0, size)
  const end = page.findIndex(({ key, value }) => {
    bytes += Buffer.byteLength(key) + value.byteLength
    return bytes > MAX_PAGE_BYTES
  })
  return end === -1 ? page : page.slice(0, Math.max(end, 1))
}

function watchResponse(step: WatchStep): MessageInitShape<typeof WatchResponseSchema> {
  const kind = KIND_OF_STEP[step.kind]
  return step.kind === 'caught-up' ? { kind } : { kind, entry: step.entry }
}
