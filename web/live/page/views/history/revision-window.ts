// The stretch of time in which a revision was in force, for links to the view of time.

interface Dated {
  readonly revision: number
  readonly createdAt: string
}

export interface TimeWindow {
  /** In ISO 8601. */
  readonly from: string
  readonly to: string
}

/** Before the revision, so that what it changed can be seen; and after it, if another replaced it at once. */
const MARGIN_MS = 30_000

/** @param revisions in any order; those that are absent do not end the window */
export function windowOfRevision(
  revisions: Iterable<Dated>,
  { revision, createdAt }: Dated,
  now: number,
): TimeWindow {
  const start = Date.parse(createdAt)
  const ends = [...revisions].flatMap((one) => (one.revision > revision ? Date.parse(one.createdAt) : []))
  const end = Math.max(Math.min(now, ...ends), start + MARGIN_MS)
  return { from: new Date(start - MARGIN_MS).toISOString(), to: new Date(end).toISOString() }
}
