// What users need while backends come and go: the way that meets it best, from the runs that change backends under load.

import type { Results } from '../../../../harness/results.ts'
import { FAILED, TIME_TO_SHARE } from '../changes/figures.ts'
import { type MeasuredChange, meanOf, measuredChanges } from '../changes/measured-changes.ts'

interface ChangeNeed {
  readonly need: string
  /** Ids of changes. */
  readonly changes: readonly string[]
  /** The least is best. Undefined: it did not come within the run. */
  readonly figure: string
  readonly unit: string
  /** What the figure cannot tell apart. Default: 0, for counts. */
  readonly resolution?: number
  readonly mind: string
}

/** An interval of the series that times are read from, in milliseconds. */
const INTERVAL_MS = 100

const CHANGE_NEEDS: readonly ChangeNeed[] = [
  {
    need: 'New backends that get their share soon',
    changes: ['scale-up', 'scale-up-by-age'],
    figure: TIME_TO_SHARE,
    unit: 'ms to three quarters of its share',
    resolution: INTERVAL_MS,
    mind: 'At L4 and by DNS, only new connections reach a new backend: a maximum age of connections makes them.',
  },
  {
    need: 'Deployments without failed calls',
    changes: ['rolling-restart', 'rolling-crash'],
    figure: FAILED,
    unit: 'failed calls',
    mind: 'Take a backend out, let it send GOAWAY, and only then end it.',
  },
  {
    need: 'Few failed calls when a backend dies',
    changes: ['death', 'death-health-check', 'death-outlier-detection'],
    figure: FAILED,
    unit: 'failed calls',
    mind: 'Health checks need time to notice; outlier detection needs failed calls.',
  },
]

/** In the form of the other needs: you need, use, as good, because, mind. */
export function changeNeedRows(results: Results): readonly (readonly string[])[] {
  const all = measuredChanges(results)
  return CHANGE_NEEDS.flatMap(({ need, changes, figure, unit, resolution = 0, mind }) => {
    const ranked = all
      .filter(({ change }) => changes.includes(change))
      .map((one) => ({ one, value: meanOf(one, figure) ?? Number.POSITIVE_INFINITY }))
      .filter(({ value }) => value < Number.POSITIVE_INFINITY)
      .toSorted((a, b) => a.value - b.value)
    const [best] = ranked
    const worst = ranked.at(-1)
    if (best === undefined || worst === undefined) return []
    const asGood = ranked.filter(({ one, value }) => one !== best.one && value - best.value <= resolution)
    const text = (value: number) =>
      value < resolution ? `less than ${resolution} ${unit}` : `${value.toFixed(0)} ${unit}`
    return [
      [
        need,
        nameOf(best.one),
        asGood.map(({ one }) => nameOf(one)).join('; '),
        `${text(best.value)}; ${worst.value.toFixed(0)} with ${nameOf(worst.one)}`,
        mind,
      ],
    ]
  })
}

function nameOf({ name, title }: MeasuredChange): string {
  return `${name} (${title})`
}
