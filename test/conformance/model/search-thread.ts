// A thread of `npm run model`: it searches the seeds that it is sent, one after the other.

import { parentPort } from 'node:worker_threads'
import { searchSeed } from './search.ts'

parentPort?.on('message', async ({ seed, histories }: { seed: number; histories: number }) => {
  parentPort?.postMessage(await searchSeed(seed, histories))
})
