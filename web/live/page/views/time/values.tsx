// The values of a strip in words, at the cursor or at the end: a chart says nothing to a screen reader.

import { useState } from 'preact/hooks'
import type { Columns, Strip } from './series.ts'

export interface Cursor {
  readonly index: number | undefined
  readonly move: (index: number | undefined) => void
}

export function useCursor(): Cursor {
  const [index, move] = useState<number>()
  return { index, move }
}

interface ValuesProps {
  readonly strip: Strip
  readonly columns: Columns
  readonly cursor: Cursor
}

export function Values({ strip, columns: [times, ...columns], cursor }: ValuesProps) {
  const index = Math.min(cursor.index ?? times.length - 1, times.length - 1)
  const time = times[index]
  return (
    <span class="small strip-values">
      {cursor.index !== undefined && time !== undefined && (
        <span class="quiet">{new Date(time * 1_000).toLocaleTimeString()}</span>
      )}
      {strip.series.map(({ label, color }, series) => {
        const value = columns[series]?.[index] ?? undefined
        return (
          <span key={label}>
            <i class="swatch" style={{ background: `var(${color})` }} aria-hidden="true" />
            <span class="quiet"> {label}</span>{' '}
            <b>{value === undefined ? '–' : `${Number(value.toFixed(1))}${strip.unit}`}</b>
          </span>
        )
      })}
    </span>
  )
}
