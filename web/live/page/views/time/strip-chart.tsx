// One strip over time, drawn by uPlot, with a marker at each flip.

import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { THEME_EVENT } from '../../shell/theme.ts'
import type { Marker } from './markers.ts'
import type { Columns, Strip } from './series.ts'

export interface StripChartProps {
  readonly strip: Strip
  readonly columns: Columns
  readonly markers: readonly Marker[]
  /** In seconds since 1970. */
  readonly range: readonly [number, number]
  /** Called with the window that a person has drawn with the mouse. */
  readonly onSelect?: (from: number, to: number) => void
  /** In pixels. */
  readonly height?: number
}

/** What the hooks of a chart read: newer than the chart. */
interface Latest {
  readonly markers: readonly Marker[]
  readonly onSelect: StripChartProps['onSelect']
}

const HEIGHT = 168
/** The strips share a cursor. */
const SYNC = 'time'

export function StripChart({ strip, columns, markers, range, onSelect, height = HEIGHT }: StripChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const latest = useRef<Latest>({ markers, onSelect })
  latest.current = { markers, onSelect }

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const draw = () => {
      chart.current?.destroy()
      chart.current = new uPlot(
        optionsOf(strip, element, height, () => latest.current),
        toData(columns),
        element,
      )
    }
    draw()
    // The colors are drawn: another theme needs other ones.
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const observer = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    document.addEventListener(THEME_EVENT, draw)
    dark.addEventListener('change', draw)
    return () => {
      observer.disconnect()
      document.removeEventListener(THEME_EVENT, draw)
      dark.removeEventListener('change', draw)
      chart.current?.destroy()
      chart.current = undefined
    }
  }, [strip])
  useEffect(() => {
    chart.current?.setData(toData(columns), false)
    chart.current?.setScale('x', { min: range[0], max: range[1] })
  }, [columns, markers, range[0], range[1]])
  return <div class="strip-chart" ref={place} />
}

function toData(columns: Columns): uPlot.AlignedData {
  return columns as unknown as uPlot.AlignedData
}

function optionsOf(
  { series, unit }: Strip,
  element: HTMLElement,
  height: number,
  latest: () => Latest,
): uPlot.Options {
  const style = getComputedStyle(element)
  const color = (token: string) => resolveColor(element, `var(${token})`)
  const axis = {
    stroke: color('--quiet'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height,
    legend: { live: true },
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      x: { time: true },
      y: { range: (_chart, _min, max) => [0, niceTop(max)] },
    },
    axes: [
      { ...axis, size: 28, space: 70 },
      { ...axis, size: 56, values: (_chart, values) => values.map((value) => `${value}${unit}`) },
    ],
    series: [
      {
        label: 'time',
        value: (_chart, value) => (value === null ? '–' : new Date(value * 1_000).toLocaleTimeString()),
      },
      ...series.map(
        ({ label, color: token, isFilled }): uPlot.Series => ({
          label,
          stroke: color(token),
          width: 1.5,
          points: { show: false },
          ...(isFilled && { fill: withAlpha(color(token)) }),
          value: (_chart, value) => (value === null ? '–' : `${rounded(value)}${unit}`),
        }),
      ),
    ],
    hooks: {
      setSelect: [
        (chart) => {
          const { left, width } = chart.select
          if (width < 4) return
          latest().onSelect?.(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'))
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      draw: [
        (chart) => drawMarkers(chart, latest().markers, color('--accent'), color('--bad'), style.fontFamily),
      ],
    },
  }
}

function drawMarkers(
  chart: uPlot,
  markers: readonly Marker[],
  normal: string,
  bad: string,
  fontFamily: string,
): void {
  const { ctx, bbox } = chart
  const scale = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height)
  ctx.clip()
  ctx.lineWidth = scale
  ctx.font = `${11 * scale}px ${fontFamily}`
  for (const { time, label, isBad } of markers) {
    const x = Math.round(chart.valToPos(time, 'x', true))
    ctx.strokeStyle = isBad ? bad : normal
    ctx.fillStyle = isBad ? bad : normal
    ctx.setLineDash([4 * scale, 3 * scale])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.fillText(label, x + 4 * scale, bbox.top + 11 * scale)
  }
  ctx.restore()
}

/** The top of the scale: room above the highest value, and at least 1. */
function niceTop(max: number | null): number {
  return Math.max(1, (max ?? 0) * 1.15)
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1)))
}

/** A canvas knows neither variables nor `light-dark()`: the element computes them. */
function resolveColor(element: HTMLElement, value: string): string {
  const probe = document.createElement('i')
  probe.style.color = value
  element.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  return color
}

function withAlpha(color: string): string {
  return color.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.14)')
}
