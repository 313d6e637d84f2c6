// Columns for the strips of the Time view, from the samples of a fleet.

import type { TrafficSample } from '../../store/contract.ts'

/** Columns of one chart: the first is the time in seconds since 1970, null is a gap. */
export type Columns = readonly [readonly number[], ...(readonly (number | null)[])[]]

/** How one series is drawn. */
export interface Line {
  readonly label: string
  readonly color: string
  readonly style?: 'filled' | 'bars'
}

export interface Strip {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly series: readonly Line[]
  readonly read: (sample: TrafficSample) => readonly (number | null)[]
}

const perSecond = (count: number, { seconds }: TrafficSample) => (seconds > 0 ? count / seconds : null)

export const CALLS: Strip = {
  id: 'calls',
  title: 'Calls a second',
  unit: '/s',
  series: [
    { label: 'calls', color: '--b1', style: 'filled' },
    { label: 'failed', color: '--bad', style: 'bars' },
  ],
  read: (sample) => [perSecond(sample.calls, sample), perSecond(sample.errors, sample)],
}

export const STRIPS: readonly Strip[] = [
  CALLS,
  {
    id: 'latency',
    title: 'Latency',
    unit: ' ms',
    series: [
      { label: 'p50', color: '--b3' },
      { label: 'p99', color: '--b2' },
    ],
    read: ({ p50Ms, p99Ms }) => [p50Ms, p99Ms],
  },
  {
    id: 'connections',
    title: 'Connections of clients',
    unit: '',
    series: [
      { label: 'open', color: '--b7' },
      { label: 'listeners draining', color: '--b8' },
    ],
    read: ({ connections }) => [connections.active, connections.draining],
  },
]

/** Two samples farther apart than this have a gap between them: the control plane or the Envoys were away. */
const GAP = 3.5

/** @param samples oldest first */
export function columnsOf(samples: readonly TrafficSample[], strip: Strip): Columns {
  const times: number[] = []
  const columns: (number | null)[][] = strip.series.map(() => [])
  for (const sample of samples) {
    const time = Date.parse(sample.at) / 1_000
    const last = times.at(-1)
    if (last !== undefined && time - last > GAP * sample.seconds) {
      times.push((last + time) / 2)
      for (const column of columns) column.push(null)
    }
    times.push(time)
    strip.read(sample).forEach((value, index) => {
      columns[index]?.push(value)
    })
  }
  return [times, ...columns]
}
