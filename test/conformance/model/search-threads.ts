// Searches many seeds with several threads.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Search, SeedResult } from './search.ts'
import type { Types } from './world.ts'

export interface SearchOptions {
  /** The seeds to search. It is asked for the next one whenever a thread is free, so it may be endless or end by time. */
  readonly seeds: Iterable<number>
  /** What the histories of a seed are about. */
  readonly typesOf: (seed: number) => Types
  /** Histories of each seed. */
  readonly histories: number
  readonly threads: number
  /** Called for each seed as soon as it has been searched. */
  readonly onResult: (result: SeedResult) => void
}

/** Resolves when all seeds have been searched. @throws what a thread throws, after ending the others */
export async function searchSeeds({
  seeds,
  typesOf,
  histories,
  threads,
  onResult,
}: SearchOptions): Promise<void> {
  const next = seeds[Symbol.iterator]()
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('search-thread.ts', import.meta.url)),
  )
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let seed = next.next(); !seed.done; seed = next.next()) {
          const search: Search = { seed: seed.value, types: typesOf(seed.value), histories }
          worker.postMessage(search)
          // `once` rejects if the worker fails.
          const [result] = await once(worker, 'message')
          onResult(result)
        }
      }),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
