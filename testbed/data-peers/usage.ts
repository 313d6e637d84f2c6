// What this process has used, with the threads that compress and those that collect garbage.

import { PerformanceObserver } from 'node:perf_hooks'

export interface Usage {
  readonly cpuMs: number
  readonly peakMiB: number
  /** Garbage collections, of all kinds. */
  readonly collections: number
}

let collections = 0
new PerformanceObserver((list) => {
  collections += list.getEntries().length
}).observe({ entryTypes: ['gc'] })

export function usageNow(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakMiB: maxRSS / 1_024, collections }
}
