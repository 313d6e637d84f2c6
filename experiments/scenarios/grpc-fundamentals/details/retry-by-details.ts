// Clients that repeat refused writes: one waits as long as RetryInfo says, one tries again and again.

import { setTimeout } from 'node:timers/promises'
import type { Duration } from '@bufbuild/protobuf/wkt'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import { detailOf, type RpcClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import type { Way } from '../statuses/way.ts'
import type { Parts } from './parts.ts'
import { WRITES } from './quota.ts'

/** Between the attempts of a client that does not read details. */
const IMPATIENT_MS = 20

export const CLIENTS = ['follows RetryInfo', 'tries again every 20 ms'] as const
export type RetryingClient = (typeof CLIENTS)[number]

export interface Retries {
  readonly attempts: number
  readonly refused: number
  readonly seconds: number
}

/** Writes keys one after the other until each is stored. */
export async function writeAll(parts: Parts, way: Way, client: RetryingClient): Promise<Retries> {
  const begun = performance.now()
  let attempts = 0
  await parts.with(KeyValueService, 'metered', way, async (store) => {
    for (let index = 0; index < WRITES; index += 1) attempts += await write(store, `retried/${index}`, client)
  })
  return { attempts, refused: attempts - WRITES, seconds: (performance.now() - begun) / 1000 }
}

/** @returns the number of attempts */
async function write(
  store: RpcClient<typeof KeyValueService>,
  key: string,
  client: RetryingClient,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await store.put({ key })
      return attempt
    } catch (error) {
      if (!(error instanceof RpcStatusError) || error.code !== status.RESOURCE_EXHAUSTED) throw error
      await setTimeout(client === 'follows RetryInfo' ? waitOf(error) : IMPATIENT_MS)
    }
  }
}

/** Timers may end a millisecond early by another clock. */
function waitOf(error: RpcStatusError): number {
  const delay = detailOf(error, 'google.rpc.RetryInfo')?.retryDelay
  if (delay === undefined) throw error
  return millisecondsOf(delay) + 1
}

function millisecondsOf({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1_000_000
}
