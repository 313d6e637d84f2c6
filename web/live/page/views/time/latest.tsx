// The last sample in words: what a chart cannot say to a screen reader.

import type { TrafficSample } from '../../store/contract.ts'
import type { Strip } from './series.ts'

interface LatestProps {
  readonly strip: Strip
  readonly sample: TrafficSample | undefined
}

export function Latest({ strip, sample }: LatestProps) {
  if (sample === undefined) return null
  const values = strip.read(sample)
  return (
    <span class="small latest">
      {strip.series.map(({ label }, index) => {
        const value = values[index]
        return (
          <span key={label}>
            <span class="quiet">{label}</span>{' '}
            <b>{value == null ? '–' : `${Number(value.toFixed(1))}${strip.unit}`}</b>
          </span>
        )
      })}
    </span>
  )
}
