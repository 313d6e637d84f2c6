// switchyard.kv.v1.KeyValueService: a small store in the backend's memory.
import type { MessageInitShape } from '@bufbuild/protobuf'
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
import type { Implementation } from './rpc/index.ts'
import { RpcStatusError } from './rpc/index.ts'

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

/** The handlers of a backend named `backendId`, with a new, empty store. */
export function keyValueService(backendId: string): Implementation<typeof KeyValueService> {
  const store = new KeyValueStore()
  return {
    async get({ key }) {
      rejectIf([keyProblem(key)])
      const entry = store.get(key)
      if (!entry) throw new RpcStatusError(status.NOT_FOUND, `key "${key}" does not exist; put it first`)
      return { entry, backendId }
    },

    async put({ key, value, expectedVersion }) {
      rejectIf([keyProblem(key), valueProblem(value)])
      const version = store.get(key)?.version ?? 0n
      if (expectedVersion !== undefined && expectedVersion !== version) {
        throw new RpcStatusError(status.ABORTED, conflictText(key, version, expectedVersion))
      }
      return { entry: store.put(key, value), backendId }
    },

    async delete({ key }) {
      rejectIf([keyProblem(key)])
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

function conflictText(key: string, version: bigint, expected: bigint): string {
  const found = version === 0n ? 'does not exist' : `is at version ${version}`
  const wanted = expected === 0n ? 'to be absent' : `at version ${expected}`
  return `key "${key}" ${found} but was expected ${wanted}; get it again and put with its version`
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
