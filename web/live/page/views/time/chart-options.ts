// How uPlot draws a strip: colors of the theme, one line of times, a dashed line at each flip.

import uPlot from 'uplot'
import type { Marker } from './markers.ts'
import type { Strip } from './series.ts'

/** What is drawn of a strip: where its values come from does not matter. */
export type ChartedStrip = Pick<Strip, 'series' | 'unit'>

/** What the hooks of a chart read: newer than the chart. */
export interface ChartState {
  readonly markers: readonly Marker[]
  readonly onSelect: ((from: number, to: number) => void) | undefined
  readonly onCursor: ((index: number | undefined) => void) | undefined
}

const BARS: uPlot.Series.PathBuilder = uPlot.paths.bars?.({ size: [0.9, 12, 2] }) ?? (() => null)

/** In pixels. */
const LABEL_WIDTH = 44

/** The strips share a cursor. */
const SYNC = 'time'

export function chartOptions(
  { series, unit }: ChartedStrip,
  element: HTMLElement,
  height: number,
  latest: () => ChartState,
): uPlot.Options {
  const { fontFamily } = getComputedStyle(element)
  const color = (token: string) => resolveColor(element, `var(${token})`)
  const axis = {
    stroke: color('--quiet'),
    font: `12px ${fontFamily}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      x: { time: true },
      // Room above the highest value for the labels of the markers.
      y: { range: (_chart, _min, max) => [0, Math.max(1, (max ?? 0) * 1.25)] },
    },
    axes: [
      { ...axis, size: 28, space: 80, values: (_chart, times) => times.map(clockTime) },
      { ...axis, size: 58, values: (_chart, values) => values.map((value) => `${value}${unit}`) },
    ],
    series: [
      {},
      ...series.map(
        ({ label, color: token, style }): uPlot.Series => ({
          label,
          stroke: color(token),
          width: 1.5,
          points: { show: false },
          ...(style === 'filled' && { fill: withAlpha(color(token)) }),
          // Nothing failed is the usual case: then there is nothing to see, not a red line.
          ...(style === 'bars' && { width: 0, fill: color(token), paths: BARS }),
        }),
      ),
    ],
    hooks: {
      setCursor: [({ cursor }) => latest().onCursor?.(cursor.idx ?? undefined)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select
          if (width < 4) return
          latest().onSelect?.(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'))
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      draw: [
        (chart) => {
          let free = Number.NEGATIVE_INFINITY
          for (const marker of latest().markers) {
            const x = Math.round(chart.valToPos(marker.time, 'x', true))
            // A rollback comes milliseconds after what it takes back: one label must do.
            const hasRoom = x >= free
            drawMarker(
              chart,
              x,
              hasRoom ? marker.label : '',
              color(marker.isBad ? '--bad' : '--accent'),
              fontFamily,
            )
            if (hasRoom) free = x + LABEL_WIDTH * devicePixelRatio
          }
        },
      ],
    },
  }
}

function drawMarker(chart: uPlot, x: number, label: string, color: string, fontFamily: string): void {
  const { ctx, bbox } = chart
  const scale = devicePixelRatio
  if (x < bbox.left || x > bbox.left + bbox.width) return
  const isAtEnd = x > bbox.left + bbox.width - 30 * scale
  ctx.save()
  ctx.lineWidth = scale
  ctx.font = `${11 * scale}px ${fontFamily}`
  ctx.strokeStyle = color
  ctx.fillStyle = color
  ctx.textAlign = isAtEnd ? 'right' : 'left'
  ctx.setLineDash([4 * scale, 3 * scale])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.fillText(label, x + (isAtEnd ? -5 : 5) * scale, bbox.top + 10 * scale)
  ctx.restore()
}

/** In the clock of the reader, with seconds only where they matter. */
function clockTime(seconds: number): string {
  const time = new Date(seconds * 1_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = `${two(time.getHours())}:${two(time.getMinutes())}`
  return time.getSeconds() === 0 ? minutes : `${minutes}:${two(time.getSeconds())}`
}

/** A canvas knows neither variables nor `light-dark()`: the element computes them. */
function resolveColor(element: HTMLElement, value: string): string {
  const probe = document.createElement('i')
  probe.style.color = value
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function withAlpha(color: string): string {
  return color.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.14)')
}
