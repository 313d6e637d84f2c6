// The headers of the calls of a load: the same for all, or with a key that takes turns.

import { Metadata } from '@grpc/grpc-js'
import type { LoadPlan } from './load-plan.ts'

/** A function that returns the headers of the next call. */
export function callMetadata({
  metadata = {},
  keys,
  waitForReady = false,
}: Pick<LoadPlan, 'metadata' | 'keys' | 'waitForReady'>): () => Metadata {
  const all = Array.from({ length: keys?.count ?? 1 }, (_, key) => {
    const headers = new Metadata({ waitForReady })
    for (const [name, value] of Object.entries(metadata)) headers.set(name, value)
    if (keys) headers.set(keys.header, `key-${key}`)
    return headers
  })
  let calls = 0
  return () => {
    const next = all[calls % all.length] as Metadata
    calls += 1
    return next
  }
}
