// Several calls on one new connection: what its handshake costs each of them.

import { callByGrpc } from './echo-call.ts'
import { openClient } from './first-calls.ts'
import type { Batch, BatchResult, Place } from './jobs.ts'

export async function makeBatch({ calls, order }: Batch, place: Place): Promise<BatchResult> {
  const client = openClient('tls-1.3', place)
  const begun = performance.now()
  let first: number | undefined
  const call = async () => {
    await callByGrpc(client)
    first ??= performance.now() - begun
  }
  try {
    if (order === 'at once') await Promise.all(Array.from({ length: calls }, call))
    else for (let made = 0; made < calls; made += 1) await call()
    return { all: performance.now() - begun, first: first ?? Number.NaN }
  } finally {
    client.close()
  }
}
