// Lines in a plot, each with its label at its end, and told apart by color, dashes and the mark at the end.

import { line as lineThrough } from 'd3-shape'
import { type Content, type Html, html } from '../html/html.ts'
import type { Axis } from './axis.ts'
import { label, type Plot, px, SMALL } from './drawing.ts'
import { cutText, spreadOut, textWidth } from './label-text.ts'

export interface PlotLine {
  readonly label: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** Colors and dashes of the style sheet; the ninth line has the first color again, dashed. */
const COLORS = 8
const styleOf = (index: number): string =>
  `s${index % COLORS}${index >= COLORS ? ` dash${Math.floor(index / COLORS) % 3}` : ''}`

function pathOn(x: Axis, y: Axis) {
  return lineThrough<readonly [number, number]>(
    ([a]) => px(x.at(a)),
    ([, b]) => px(y.at(b)),
  )
}

export function drawLines(
  lines: readonly PlotLine[],
  x: Axis,
  y: Axis,
  { dots = false }: { readonly dots?: boolean } = {},
): Html {
  const path = pathOn(x, y)
  return html`${lines.map(({ points, label: name }, index) => {
    const style = styleOf(index)
    const end = points.at(-1)
    const marked = dots ? points : end === undefined ? [] : [end]
    return html`<g class="${style}"><path d="${path(points) ?? ''}" class="line"><title>${name}</title></path>${marked.map(
      ([a, b]) => mark(index, x.at(a), y.at(b)),
    )}</g>`
  })}`
}

/** The lines of other plots, as what to compare with. */
export function drawContext(lines: readonly PlotLine[], x: Axis, y: Axis): Html {
  const path = pathOn(x, y)
  return html`${lines.map(({ points }) => html`<path d="${path(points) ?? ''}" class="context"/>`)}`
}

/** Labels at the right of the plot, each led to from the end of its line, and moved apart if they would touch. */
export function endLabels(lines: readonly PlotLine[], x: Axis, y: Axis, plot: Plot, width: number): Html {
  const ends = lines.map(({ points }) => y.at(points.at(-1)?.[1] ?? 0))
  const places = spreadOut(ends, SMALL + 4, plot.top, plot.bottom)
  return html`${lines.map(({ label: name, points }, index) => {
    const from = ends[index] ?? 0
    const to = places[index] ?? 0
    const begin = Math.min(x.at(points.at(-1)?.[0] ?? 0) + 5, plot.right + 4)
    return html`<g class="${styleOf(index)}"><path d="M${px(begin)},${px(from)}H${px(plot.right + 4)}L${px(plot.right + 14)},${px(to)}" class="leader"/>${label(
      plot.right + 18,
      to + 4,
      cutText(name, width - 18, SMALL),
      { as: 'small' },
    )}</g>`
  })}`
}

const LEGEND_ROW = 19

/** Where no room is beside the plot: the labels above it, in rows. */
export function legend(
  lines: readonly { readonly label: string }[],
  width: number,
  top: number,
): { readonly height: number; readonly content: Content } {
  let x = 0
  let row = 0
  const content = lines.map(({ label: name }, index) => {
    const text = cutText(name, width - 30, SMALL)
    const needed = 28 + textWidth(text, SMALL) + 14
    if (x > 0 && x + needed > width) {
      x = 0
      row += 1
    }
    const at = x
    x += needed
    const y = top + row * LEGEND_ROW + LEGEND_ROW / 2
    return html`<g class="${styleOf(index)}"><path d="M${px(at)},${px(y)}h22" class="line"/>${mark(index, at + 11, y)}${label(at + 28, y + 4, text, { as: 'small' })}</g>`
  })
  return { height: lines.length === 0 ? 0 : (row + 1) * LEGEND_ROW, content }
}

/** A shape by the number of the line, for readers who do not tell the colors apart. */
function mark(index: number, x: number, y: number): Html {
  return html`<path d="${SHAPES[index % SHAPES.length]?.(px(x), px(y)) ?? ''}" class="mark"/>`
}

const SHAPES: readonly ((x: number, y: number) => string)[] = [
  (x, y) => `M${x - 3.5},${y}a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0z`,
  (x, y) => `M${x - 3.2},${y - 3.2}h6.4v6.4h-6.4z`,
  (x, y) => `M${x},${px(y - 4)}l4,7h-8z`,
  (x, y) => `M${x},${px(y - 4.4)}l4.4,4.4l-4.4,4.4l-4.4,-4.4z`,
  (x, y) => `M${x},${px(y + 4)}l4,-7h-8z`,
]
