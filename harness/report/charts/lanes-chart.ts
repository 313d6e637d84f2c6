// A connection over time: streams as lanes, frames as marks above (client) and below (server) the line, stalls and windows.

import { bytesText } from '../content/number-text.ts'
import { type Content, type Html, html } from '../html/html.ts'
import type { Lane, LanesSection } from '../section.ts'
import { type Axis, axisOver } from './axis.ts'
import { bottomAxis, box, type Draw, label, line, type Plot, picture, SMALL, TEXT } from './drawing.ts'
import { cutText, textWidth, widest } from './label-text.ts'
import { markShape, markTypesOf, typicalMark } from './lane-marks.ts'
import { drawWindows, WINDOW_HEIGHT } from './lane-windows.ts'
import { describeLanes } from './lanes-description.ts'
import { mergeMarks } from './merge-marks.ts'

/** Below it, labels are above their lanes. */
const NARROW = 560
const LANE = 46
const LABEL_ROW = 17
const LEGEND_ROW = 20
const LEGEND_GAP = 18
const EDGE = 8

export function lanesChart({ title, lanes, windows = [] }: LanesSection): Draw[] {
  if (lanes.every(({ marks }) => marks.length === 0)) return []
  const times = lanes.flatMap(({ marks, stalls = [] }) => [
    ...marks.map(({ atMs }) => atMs),
    ...stalls.flat(),
  ])
  return [
    (width, id) => {
      const narrow = width < NARROW
      const left = narrow ? EDGE : Math.min(widest(lanes, TEXT, (lane) => lane.label, 60) + 22, width * 0.3)
      const right = width - EDGE - 6
      const x = axisOver(times, { kind: 'linear', range: [left, right], room: narrow ? 4 : 9, exact: true })
      const legend = placeLegend(legendOf(lanes), width)
      const top = legend.height + 8
      const step = LANE + (narrow ? LABEL_ROW : 0)
      const bottom = top + lanes.length * step
      const most = mostBytes(lanes)
      const end = bottom + windows.length * WINDOW_HEIGHT
      const plot: Plot = { left, right, top, bottom: end }
      return picture({ id, width, height: end + 44, title, description: describeLanes(lanes, windows) }, [
        legend.drawn,
        bottomAxis(x, plot, 'milliseconds since the picture begins'),
        lanes.map((lane, index) => drawLane(lane, x, most, { ...plot, top: top + index * step, narrow })),
        windows.map((window, index) =>
          drawWindows(window, x, { left, right, top: bottom + index * WINDOW_HEIGHT, bottom: 0 }),
        ),
      ])
    },
  ]
}

const mostBytes = (lanes: readonly Lane[]) =>
  lanes.reduce(
    (most, { marks }) =>
      marks.reduce((high, { bytes }) => (bytes > high && Number.isFinite(bytes) ? bytes : high), most),
    1,
  )

function drawLane(lane: Lane, x: Axis, most: number, plot: Plot & { readonly narrow: boolean }): Html {
  const top = plot.top + (plot.narrow ? LABEL_ROW : 0)
  const middle = top + LANE / 2
  const marks = mergeMarks(lane.marks, (atMs) => x.at(atMs))
  const [first, last] = [marks[0]?.x ?? plot.left, marks.at(-1)?.x ?? plot.left]
  const name = plot.narrow
    ? label(plot.left, plot.top + 13, cutText(lane.label, plot.right - plot.left, SMALL), {
        as: 'small strong',
      })
    : label(plot.left - 14, middle + 4.5, cutText(lane.label, plot.left - 16, TEXT), { anchor: 'end' })
  return html`${box(plot.left, top + 1, plot.right - plot.left, LANE - 2, 'lane')}${box(first - 4, top + 4, Math.max(last - first, 0) + 8, LANE - 8, 'lane-life')}${(lane.stalls ?? []).map(([from, to]) => stall(x.at(from), x.at(to), top))}${line(plot.left, middle, plot.right, middle, 'lane-line')}${name}${marks.map((mark) => markShape(mark, middle, most))}`
}

function stall(from: number, to: number, top: number): Html {
  return html`${box(from, top + 1, Math.max(to - from, 1), LANE - 2, 'stall', 'out of window')}`
}

interface LegendItem {
  readonly text: string
  readonly icon: (x: number, y: number) => Content
}

function legendOf(lanes: readonly Lane[]): LegendItem[] {
  const types = markTypesOf(lanes).map((type): LegendItem => ({ text: type, icon: typicalMark(type) }))
  const stalled = lanes.some(({ stalls = [] }) => stalls.length > 0)
  const most = mostBytes(lanes)
  return [
    ...types,
    ...(stalled
      ? [{ text: 'out of window', icon: (x: number, y: number) => box(x - 6, y - 7, 12, 14, 'stall') }]
      : []),
    { text: 'above the line: client', icon: (x, y) => side(x, y, -1) },
    { text: 'below: server', icon: (x, y) => side(x, y, 1) },
    ...(markTypesOf(lanes).includes('DATA')
      ? [
          {
            text: `tallest: ${bytesText(most)}`,
            icon: (x: number, y: number) => box(x - 1.5, y - 8, 3, 16, 'm-DATA'),
          },
        ]
      : []),
  ]
}

const side = (x: number, y: number, direction: 1 | -1): Html =>
  html`${line(x - 7, y - direction * 4, x + 7, y - direction * 4, 'lane-line')}${line(x, y - direction * 4, x, y + direction * 6, 'base')}`

/** In as many rows as it takes. */
function placeLegend(items: readonly LegendItem[], width: number) {
  let [at, row] = [EDGE, 0]
  const drawn = items.map(({ text, icon }) => {
    const wide = 18 + textWidth(text, SMALL)
    if (at + wide > width && at > EDGE) [at, row] = [EDGE, row + 1]
    const y = row * LEGEND_ROW + 10
    const item = html`${icon(at + 6, y)}${label(at + 18, y + 4, text, { as: 'small muted' })}`
    at += wide + LEGEND_GAP
    return item
  })
  return { drawn, height: (row + 1) * LEGEND_ROW }
}
