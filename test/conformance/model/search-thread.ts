// A thread of `npm run model`: it searches the seeds that it is sent, one after the other.

import { parentPort } from 'node:worker_threads'
import { type Search, searchSeed } from './search.ts'

parentPort?.on('message', async (search: Search) => {
  parentPort?.postMessage(await searchSeed(search))
})
