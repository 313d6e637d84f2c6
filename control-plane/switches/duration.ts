// Durations as people write them: 500ms, 5s, 2m, 1h.

import { type Duration, durationFromMs } from '@bufbuild/protobuf/wkt'
import { Type } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { type FieldFacts, facts } from './schema-keywords.ts'

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

// Envoy counts in nanoseconds of 64 bits, which are 292 years: what has more digits than this would overflow there.
const PATTERN = /^(\d{1,9}m?s|\d{1,8}m|\d{1,6}h)$/

export const DurationSchema = Type.String({
  pattern: PATTERN.source,
  description: 'a duration such as 500ms, 5s, 2m or 1h',
  ...facts({ example: '5s' }),
})

/** An optional field of a switch, for times that cannot be 0. */
export function PositiveDuration(fallback: string, description: string, shown: FieldFacts) {
  const about = `${description}, a duration over 0 such as 500ms or 5s`
  return durationField('0*[1-9]', fallback, about, shown)
}

/** The same without a default: nothing is limited where it is not written. */
export function OptionalDuration(description: string, shown: FieldFacts) {
  return durationField('0*[1-9]', undefined, `${description}, a duration over 0 such as 500ms or 5s`, shown)
}

/** An optional field of a switch, for what Envoy repeats: more often, it would be a flood. */
export function Interval(fallback: string | undefined, description: string, shown: FieldFacts) {
  const atLeastTenMs = '0*[1-9]\\d+ms$|0*[1-9]\\d*[smh]$'
  const about = `${description}, a duration of at least 10ms such as 500ms or 5s`
  return durationField(atLeastTenMs, fallback, about, shown)
}

function durationField(ahead: string, fallback: string | undefined, description: string, shown: FieldFacts) {
  return Type.Optional(
    Type.String({
      pattern: `^(?=${ahead})${PATTERN.source.slice(1)}`,
      ...(fallback !== undefined && { default: fallback }),
      description,
      ...facts(shown),
    }),
  )
}

/** Milliseconds; undefined where the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!PATTERN.test(text)) return undefined
  const [, amount, unit] = /^(\d+)(\D+)$/.exec(text) ?? []
  return Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
}

/** The message for a duration that validation accepted. */
export function toDuration(text: string): Duration {
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined) throw new SwitchyardError('internal', `"${text}" is not a duration`)
  return durationFromMs(milliseconds)
}

/** A problem if the longest of growing times is shorter than the first of them. */
export function* tooShort(
  { steps, longest }: { readonly steps: readonly string[]; readonly longest: string },
  { name, first }: { readonly name: string; readonly first: string },
): Iterable<PlacedProblem> {
  if ((parseDuration(longest) ?? 0) >= (parseDuration(first) ?? 0)) return
  yield { steps, message: `is ${longest}, which is less than ${name}, ${first}: write at least ${first}` }
}
