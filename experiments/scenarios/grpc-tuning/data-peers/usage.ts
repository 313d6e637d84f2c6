// What this process has used, with the threads that compress.

export interface Usage {
  readonly cpuMs: number
  readonly peakMiB: number
}

export function usageNow(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakMiB: maxRSS / 1_024 }
}
