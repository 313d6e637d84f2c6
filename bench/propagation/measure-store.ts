// The disk's share of a write: a revision and its verdict, on disk and in memory.

import { join } from 'node:path'
import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'
import { median } from '../../testbed/measure/statistics.ts'

const WRITES = 50

/** About as long as the testbed's document. */
const DOCUMENT = { text: 'x'.repeat(1_000) }

export interface StoreTimes {
  /** Milliseconds to write and accept a revision: two commits. */
  readonly onDiskMs: number
  readonly inMemoryMs: number
}

export async function measureStore(folder: string): Promise<StoreTimes> {
  return {
    onDiskMs: await medianWrite(join(folder, 'measured.sqlite')),
    inMemoryMs: await medianWrite(':memory:'),
  }
}

async function medianWrite(path: string): Promise<number> {
  const store = openSqliteStore(path)
  const times: number[] = []
  let head: string | undefined
  for (let write = 0; write < WRITES; write += 1) {
    const begun = performance.now()
    const { etag, number } = await store.append(DOCUMENT, head, 'bench')
    await store.setStatus(number, 'accepted')
    times.push(performance.now() - begun)
    head = etag
  }
  await store.close()
  return median(times)
}
