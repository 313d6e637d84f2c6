// The thread of `RequestTimer`: sends requests, and reports how long the answers took.

import { parentPort } from 'node:worker_threads'
import type { TimedRequest } from './request-timer.ts'

parentPort?.on('message', async ({ url, expected = 200, ...request }: TimedRequest) => {
  const begun = performance.now()
  try {
    const response = await fetch(url, request)
    const text = await response.text()
    parentPort?.postMessage({ ms: performance.now() - begun, isOk: response.status === expected, text })
  } catch (error) {
    parentPort?.postMessage({ ms: Number.NaN, isOk: false, text: String(error) })
  }
})
