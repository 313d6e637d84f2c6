// A write whose answer is lost: the client repeats it without and with a version, and a watcher counts what has happened.

import { KeyValueService, WatchResponse_Kind } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import { detailOf, type RpcClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import type { Parts } from './parts.ts'

export interface LostAnswer {
  /** What the client got instead of the answer. */
  readonly firstCode: number
  readonly firstText: string
  /** How the repeated call ended. */
  readonly secondCode: number
  /** What the error of the second call says, as `DOMAIN/REASON`; empty for OK. */
  readonly reason: string
  /** Changes of the key that a watcher saw. */
  readonly changes: number
}

type Store = RpcClient<typeof KeyValueService>

/** @param isVersioned whether the write says which version it replaces, and so cannot be done twice */
export async function loseAnswer(parts: Parts, isVersioned: boolean): Promise<LostAnswer> {
  const key = `lost/${isVersioned ? 'versioned' : 'plain'}/${performance.now()}`
  return await parts.with(KeyValueService, 'rich', 'direct', async (store) => {
    const version = (await store.put({ key })).entry?.version ?? 0n
    const write = (by: Store) => by.put({ key, ...(isVersioned && { expectedVersion: version }) })
    const first = await parts.with(KeyValueService, 'relay', 'direct', async (relayed) => {
      await relayed.get({ key })
      parts.relay.loseNextAnswer()
      return await endOf(write(relayed))
    })
    const second = await endOf(write(store))
    return {
      firstCode: first.code,
      firstText: first.text,
      secondCode: second.code,
      reason: second.reason,
      changes: await countChanges(store, key, version),
    }
  })
}

async function endOf(call: Promise<unknown>) {
  try {
    await call
    return { code: status.OK, text: '', reason: '' }
  } catch (error) {
    if (!(error instanceof RpcStatusError)) throw error
    const { domain, reason } = detailOf(error, 'google.rpc.ErrorInfo') ?? {}
    return {
      code: error.code,
      text: error.message,
      reason: reason === undefined ? '' : `${domain}/${reason}`,
    }
  }
}

/** Versions count the changes of all keys, and nothing else writes meanwhile. */
async function countChanges(store: Store, key: string, since: bigint): Promise<number> {
  for await (const { kind, entry } of store.watch({ prefix: key })) {
    if (kind === WatchResponse_Kind.PUT) return Number((entry?.version ?? since) - since)
  }
  return 0
}
