// A strip in a card: its title, its values, its chart.

import { useMemo } from 'preact/hooks'
import type { TrafficSample } from '../../store/contract.ts'
import { columnsOf, type Strip } from './series.ts'
import { StripChart, type StripChartProps } from './strip-chart.tsx'
import './time.css'
import { useCursor, Values } from './values.tsx'

export type StripCardProps = Pick<StripChartProps, 'markers' | 'range' | 'onSelect' | 'height'> & {
  readonly strip: Strip
  readonly samples: readonly TrafficSample[]
}

export function StripCard({ strip, samples, ...chart }: StripCardProps) {
  const columns = useMemo(() => columnsOf(samples, strip), [samples, strip])
  const cursor = useCursor()
  return (
    <section class="card strip" aria-label={strip.title}>
      <header>
        <h2>{strip.title}</h2>
        <Values strip={strip} columns={columns} cursor={cursor} />
      </header>
      <StripChart strip={strip} columns={columns} onCursor={cursor.move} {...chart} />
    </section>
  )
}
