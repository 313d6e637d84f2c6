// One strip over time, drawn by uPlot.

import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { THEME_EVENT } from '../../shell/theme.ts'
import { type ChartedStrip, type ChartState, chartOptions } from './chart-options.ts'
import type { Columns } from './series.ts'

export interface StripChartProps extends Partial<ChartState> {
  readonly strip: ChartedStrip
  readonly columns: Columns
  readonly markers: ChartState['markers']
  /** In seconds since 1970. */
  readonly range: readonly [number, number]
  /** In pixels. */
  readonly height?: number
}

const HEIGHT = 168

export function StripChart(props: StripChartProps) {
  const { strip, columns, markers, range, onSelect, onCursor, height = HEIGHT } = props
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const latest = useRef({ columns, range, markers, onSelect, onCursor })
  latest.current = { columns, range, markers, onSelect, onCursor }

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const draw = () => {
      chart.current?.destroy()
      const options = chartOptions(strip, element, height, () => latest.current)
      chart.current = new uPlot(options, toData(latest.current.columns), element)
      showRange(chart.current, latest.current.range)
    }
    draw()
    const observer = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    // The colors are drawn: another theme needs other ones.
    const dark = matchMedia('(prefers-color-scheme: dark)')
    document.addEventListener(THEME_EVENT, draw)
    dark.addEventListener('change', draw)
    return () => {
      observer.disconnect()
      document.removeEventListener(THEME_EVENT, draw)
      dark.removeEventListener('change', draw)
      chart.current?.destroy()
      chart.current = undefined
    }
  }, [strip, height])
  useEffect(() => {
    chart.current?.setData(toData(columns), false)
    if (chart.current) showRange(chart.current, range)
  }, [columns, markers, range[0], range[1]])
  return <div class="strip-chart" ref={place} />
}

function showRange(chart: uPlot, [min, max]: StripChartProps['range']): void {
  chart.setScale('x', { min, max })
}

/** uPlot writes into neither the list nor its columns. */
function toData(columns: Columns): uPlot.AlignedData {
  return columns as unknown as uPlot.AlignedData
}
