// What B is over A, run by run, on an axis where half and twice are equally far from the same.

import type { MeasureComparison, RunComparison } from '../comparison/compare-results.ts'
import { ratioText } from '../comparison/comparison-words.ts'
import { type Html, html } from '../html/html.ts'
import { type Axis, axisOver } from './axis.ts'
import { bottomAxis, type Draw, label, line, picture, px, TEXT } from './drawing.ts'
import { cutText, widest } from './label-text.ts'

const NARROW = 560

export function ratioChart({ title, runs }: MeasureComparison): Draw[] {
  const drawn = runs.filter(({ verdict: { ratio } }) => Number.isFinite(ratio) && ratio > 0)
  if (drawn.length === 0) return []
  const furthest = drawn.reduce(
    (most, { verdict }) => Math.max(most, Math.abs(Math.log(verdict.ratio))),
    Math.log(1.1),
  )
  const span = Math.exp(furthest * 1.05)
  const description = drawn
    .map(({ id, verdict }) => `${id}: ${ratioText(verdict.ratio)}, ${verdict.outcome}`)
    .join('. ')
  return [
    (width, id) => {
      const above = width < NARROW
      const longest = widest(drawn, TEXT, (one) => one.id)
      const left = above ? 8 : Math.min(longest + 20, width * 0.42)
      const row = above ? 44 : 24
      const plot = { left, right: width - 130, top: 24, bottom: 24 + drawn.length * row }
      const x = axisOver([1 / span, span], {
        ...{ kind: 'log', range: [plot.left, plot.right], label: tickText, exact: true },
        ticksAt: ticksWithin(span),
      })
      return picture({ id, width, height: plot.bottom + 42, title: `${title}: B over A`, description }, [
        label(x.at(1) - 8, 12, '← B is less', { anchor: 'end', as: 'small muted' }),
        label(x.at(1) + 8, 12, 'B is more →', { as: 'small muted' }),
        bottomAxis(x, plot),
        line(x.at(1), plot.top - 8, x.at(1), plot.bottom, 'base'),
        drawn.map((run, index) => {
          const y = plot.top + index * row
          const middle = above ? y + 29 : y + row / 2
          const name = cutText(run.id, above ? width - 8 : left - 16, TEXT)
          return [
            above ? label(0, y + 14, name) : label(left - 14, middle + 4.5, name, { anchor: 'end' }),
            drawRatio(run, x, middle, plot.right),
          ]
        }),
      ])
    },
  ]
}

/** Only what differs has a color and is filled. */
function drawRatio({ verdict }: RunComparison, x: Axis, middle: number, right: number): Html {
  const at = x.at(verdict.ratio)
  const differs = verdict.outcome === 'different'
  const style = differs ? (verdict.ratio > 1 ? 's1' : 's0') : 's7'
  return html`<g class="${style}">${line(x.at(1), middle, at, middle, 'ratio')}<circle cx="${px(at)}" cy="${px(middle)}" r="4.5" class="${differs ? 'bar' : 'hollow'}"/></g>${label(
    right + 12,
    middle + 4,
    [ratioText(verdict.ratio), differs ? ' different' : ''],
    { as: differs ? 'small strong' : 'small muted' },
  )}`
}

const tickText = (ratio: number) => `${Number(ratio.toPrecision(2))}×`

/** On both sides of the same, as far as the axis goes. */
function ticksWithin(span: number): number[] {
  const steps =
    span > 12
      ? [1, 10, 100, 1000, 1e4]
      : span > 2.4
        ? [1, 2, 5, 10]
        : span > 1.35
          ? [1, 1.5, 2]
          : [1, 1.1, 1.2, 1.3]
  const above = steps.filter((step) => step <= span)
  return [...above.filter((step) => step > 1).map((step) => 1 / step), ...above].sort((a, b) => a - b)
}
