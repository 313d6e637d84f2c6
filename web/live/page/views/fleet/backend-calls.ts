// Calls and errors of each backend by the load reports of the last seconds.

/** What the page keeps of a `load` event. */
interface Report {
  readonly at: string
  readonly seconds: number
  readonly rows: readonly {
    readonly upstream: string
    readonly address?: string | undefined
    readonly calls: number
    readonly errors: number
  }[]
}

export interface BackendCalls {
  readonly perSecond: number
  readonly errorsPerSecond: number
}

/** Long enough that each node has reported. */
const SPAN_MS = 10_000

export function backendKey(upstream: string, address: string): string {
  return `${upstream} ${address}`
}

/** By `backendKey`. Nodes report at different times, so the newest reports of `SPAN_MS` are added up. */
export function backendCalls(reports: readonly Report[]): ReadonlyMap<string, BackendCalls> {
  const last = reports.at(-1)
  const sums = new Map<string, { calls: number; errors: number }>()
  if (last === undefined) return new Map()
  const from = Date.parse(last.at) - SPAN_MS
  const recent = reports.filter(({ at }) => Date.parse(at) > from)
  for (const { upstream, address, calls, errors } of recent.flatMap(({ rows }) => rows)) {
    if (address === undefined) continue
    const key = backendKey(upstream, address)
    const sum = sums.get(key) ?? { calls: 0, errors: 0 }
    sums.set(key, { calls: sum.calls + calls, errors: sum.errors + errors })
  }
  const seconds = recent.reduce((sum, report) => sum + report.seconds, 0)
  if (seconds === 0) return new Map()
  return new Map(
    [...sums].map(([key, { calls, errors }]) => [
      key,
      { perSecond: calls / seconds, errorsPerSecond: errors / seconds },
    ]),
  )
}
