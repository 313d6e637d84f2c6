// Which reports are from before a flip, and which from now.

interface Report {
  /** The end of its interval. */
  readonly at: string
  readonly seconds: number
}

export interface Windows<T> {
  /** The last reports that end before the flip; empty without a flip. */
  readonly before: readonly T[]
  /** The last reports that begin after every node has answered the flip. */
  readonly now: readonly T[]
}

/** How long each window is, in milliseconds: hundreds of calls at the load of a testbed. */
export const WINDOW_MS = 10_000

export interface FlipTimes {
  readonly at: string
  readonly lanes: readonly { readonly ackedAt?: string }[]
}

/** @param reports oldest first */
export function windowsOf<T extends Report>(reports: readonly T[], flip: FlipTimes | undefined): Windows<T> {
  const last = reports.at(-1)
  if (last === undefined) return { before: [], now: [] }
  const flippedAt = flip === undefined ? Number.NEGATIVE_INFINITY : Date.parse(flip.at)
  const answeredAt = (flip?.lanes ?? []).reduce(
    (latest, { ackedAt }) => (ackedAt === undefined ? latest : Math.max(latest, Date.parse(ackedAt))),
    flippedAt,
  )
  const from = Math.max(answeredAt, Date.parse(last.at) - WINDOW_MS)
  return {
    before: reports.filter(({ at }) => isWithin(Date.parse(at), flippedAt - WINDOW_MS, flippedAt)),
    now: reports.filter(({ at, seconds }) => Date.parse(at) - seconds * 1_000 >= from),
  }
}

function isWithin(value: number, from: number, to: number): boolean {
  return value > from && value <= to
}
