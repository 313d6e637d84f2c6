// Durations as people write them: 500ms, 5s, 2m, 1h.

import { Type } from 'typebox'

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

const PATTERN = /^(\d{1,9})(ms|s|m|h)$/

export const DurationSchema = Type.String({
  pattern: PATTERN.source,
  description: 'a duration such as 500ms, 5s, 2m or 1h',
})

/** Milliseconds; undefined where the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = PATTERN.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
}
