// One value over another, a line for each label.

import { significant } from '../content/number-text.ts'
import type { LinesSection } from '../section.ts'
import { axisOver } from './axis.ts'
import { bottomAxis, type Draw, label, leftAxis, picture, SMALL } from './drawing.ts'
import { widest } from './label-text.ts'
import { drawLines, endLabels, legend } from './line-plot.ts'
import { placeMarks } from './mark-lines.ts'

const NARROW = 560
const PLOT_HEIGHT = 280

export function linesChart({ title, x, y, lines, marks = [], inOrder = false }: LinesSection): Draw[] {
  const drawn = lines
    .map((one) => ({
      label: one.label,
      points: one.points
        .filter(([a, b]) => fits(a, x.scale) && fits(b, y.scale))
        .toSorted(([a], [b]) => (inOrder ? 0 : a - b)),
    }))
    .filter(({ points }) => points.length > 0)
  if (drawn.length === 0) return []
  const xs = drawn.flatMap(({ points }) => points.map(([a]) => a))
  const marked = marks.filter((mark) => fits(mark.x, x.scale))
  const distinct = [...new Set(xs)]
  const ticksAt = distinct.length <= 10 ? { ticksAt: distinct } : {}
  const ys = drawn.flatMap(({ points }) => points.map(([, b]) => b))
  const description = [
    ...drawn.map((one) => {
      const [[fromX, fromY] = [0, 0]] = one.points
      const [toX, toY] = one.points.at(-1) ?? [0, 0]
      return `${one.label}: from ${significant(fromY)} at ${significant(fromX)} to ${significant(toY)} at ${significant(toX)}`
    }),
    ...marked.map((mark) => `${mark.label} at ${significant(mark.x)}`),
  ].join('. ')
  return [
    (width, id) => {
      const narrow = width < NARROW
      const rows = narrow ? legend(drawn, width, 0) : { height: 0, content: undefined }
      const longest = widest(drawn, SMALL, (one) => one.label)
      const labels = narrow ? 14 : Math.min(longest + 24, width * 0.3)
      // How far the labels reach depends on the plot, and its place on them: only its height is needed for the ticks.
      const ticks = axisOver(ys, { kind: y.scale, range: [PLOT_HEIGHT, 0] }).ticks
      const left = widest(ticks, SMALL, (one) => one.label) + 10
      const right = width - labels
      const xAxis = axisOver([...xs, ...marked.map((mark) => mark.x)], {
        kind: x.scale,
        range: [left, right],
        room: narrow ? 4 : 8,
        ...ticksAt,
      })
      const heads = placeMarks(marked, xAxis, width)
      const top = rows.height + heads.height + 34
      const yAxis = axisOver(ys, { kind: y.scale, range: [top + PLOT_HEIGHT, top] })
      const plot = { left, right, top, bottom: top + PLOT_HEIGHT }
      return picture({ id, width, height: plot.bottom + 42, title, description }, [
        rows.content,
        bottomAxis(xAxis, plot, withUnit(x)),
        leftAxis(yAxis, plot),
        label(0, top - 14, withUnit(y), { as: 'small muted' }),
        heads.draw(rows.height, plot.bottom),
        drawLines(drawn, xAxis, yAxis, { dots: true }),
        !narrow && endLabels(drawn, xAxis, yAxis, plot, labels),
      ])
    },
  ]
}

const fits = (value: number, scale: 'linear' | 'log') =>
  Number.isFinite(value) && (scale === 'linear' || value > 0)

const withUnit = ({ title, unit }: { readonly title: string; readonly unit?: string }): string =>
  unit === undefined ? title : `${title} (${unit})`
