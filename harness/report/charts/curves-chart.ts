// Latencies: how they are distributed, and by percentile on an axis that stretches the tail.

import { scaleLinear } from 'd3-scale'
import { distributionCurve, type Latencies, percentileCurve, tailOf } from '../content/latencies.ts'
import { count, latency, latencyTick } from '../content/number-text.ts'
import { type Html, html } from '../html/html.ts'
import { type Axis, axisOver, kindFor } from './axis.ts'
import { bottomAxis, type Draw, label, leftAxis, type Plot, picture, SMALL } from './drawing.ts'
import { widest } from './label-text.ts'
import { drawContext, drawLines, endLabels, legend, type PlotLine } from './line-plot.ts'

export interface LatencyCurve {
  readonly label: string
  readonly latencies: Latencies
}

/** More lines than this in one plot cannot be followed. The others are drawn behind them in gray. */
const LINES_IN_A_PLOT = 6
const NARROW = 560
const PLOT_HEIGHT = 250
/** Room for ticks such as 100 ms. */
const LEFT = 54

/** One drawing for every six curves, all with the same axes. */
export function curvesCharts(title: string, curves: readonly LatencyCurve[]): Draw[] {
  if (curves.length === 0) return []
  const percentiles = curves.map((one) => ({ label: one.label, points: percentileCurve(one.latencies) }))
  const distributions = curves.map((one) => ({ label: one.label, points: distributionCurve(one.latencies) }))
  const groups = Math.ceil(curves.length / LINES_IN_A_PLOT)
  const size = Math.ceil(curves.length / groups)
  return Array.from({ length: groups }, (_, group) => {
    const range: [number, number] = [group * size, (group + 1) * size]
    return drawGroup(groups === 1 ? title : `${title}, part ${group + 1} of ${groups}`, {
      percentiles,
      distributions,
      range,
      description: describe(curves.slice(...range)),
    })
  })
}

interface Group {
  readonly percentiles: readonly PlotLine[]
  readonly distributions: readonly PlotLine[]
  readonly range: readonly [number, number]
  readonly description: string
}

function drawGroup(title: string, group: Group): Draw {
  return (width, id) => {
    const names = group.percentiles.slice(...group.range)
    if (width < NARROW) {
      const { height, content } = legend(names, width, 0)
      const plot = { left: LEFT, right: width - 10, top: height + 34, bottom: height + 34 + PLOT_HEIGHT }
      const below = { ...plot, top: plot.bottom + 92, bottom: plot.bottom + 92 + PLOT_HEIGHT * 0.8 }
      return picture({ id, width, height: below.bottom + 42, title, description: group.description }, [
        content,
        drawPercentiles(group, plot),
        drawDistribution(group, below),
      ])
    }
    const longest = widest(names, SMALL, (one) => one.label)
    const labels = Math.min(longest + 24, width * 0.3)
    const bottom = 34 + PLOT_HEIGHT
    const percentiles = { left: LEFT, right: Math.round((width - labels) * 0.58), top: 34, bottom }
    const distribution = { left: percentiles.right + labels + 50, right: width - 12, top: 34, bottom }
    return picture({ id, width, height: bottom + 42, title, description: group.description }, [
      drawPercentiles(group, percentiles),
      endLabels(names, tailAxis(group, percentiles), latencyAxis(group, percentiles), percentiles, labels),
      drawDistribution(group, distribution),
    ])
  }
}

function latencyAxis({ percentiles }: Group, plot: Plot): Axis {
  const values = percentiles.flatMap(({ points }) => points.map(([, micros]) => micros))
  return axisOver(values, { kind: kindFor(values), range: [plot.bottom, plot.top], label: latencyTick })
}

/** As far as the curve goes that has the most calls. */
function tailAxis({ percentiles }: Group, plot: Plot): Axis {
  const last = percentiles.reduce((most, { points }) => Math.max(most, points.at(-1)?.[0] ?? 0), 1)
  const scale = scaleLinear([0, last], [plot.left, plot.right])
  const ticks = [0, 50, 90, 99, 99.9, 99.99]
    .filter((percentile) => tailOf(percentile) < last + 1e-6)
    .map((value) => ({ value, label: `${value}`, at: scale(tailOf(value)) }))
  return { kind: 'linear', ticks, at: (tail) => scale(tail) }
}

function drawPercentiles(group: Group, plot: Plot): Html {
  const x = tailAxis(group, plot)
  const y = latencyAxis(group, plot)
  return drawPlot(group.percentiles, group.range, {
    x,
    y,
    plot,
    yTitle: 'latency',
    xTitle: 'percentile of the calls',
  })
}

function drawDistribution(group: Group, plot: Plot): Html {
  const values = group.distributions.flatMap(({ points }) => points.slice(0, -1).map(([micros]) => micros))
  const x = axisOver(values, {
    kind: kindFor(values),
    range: [plot.left, plot.right],
    room: 4,
    label: latencyTick,
  })
  const y = axisOver([0, 100], { kind: 'linear', range: [plot.bottom, plot.top], room: 4 })
  return drawPlot(group.distributions, group.range, {
    x,
    y,
    plot,
    yTitle: '% of the calls',
    xTitle: 'took at most',
  })
}

function drawPlot(
  lines: readonly PlotLine[],
  [from, to]: readonly [number, number],
  { x, y, plot, xTitle, yTitle }: { x: Axis; y: Axis; plot: Plot; xTitle: string; yTitle: string },
): Html {
  const others = lines.filter((_, index) => index < from || index >= to)
  return html`${bottomAxis(x, plot, xTitle)}${leftAxis(y, { ...plot })}${label(plot.left - LEFT, plot.top - 14, yTitle, { as: 'small muted' })}${drawContext(others, x, y)}${drawLines(lines.slice(from, to), x, y)}`
}

function describe(curves: readonly LatencyCurve[]): string {
  return curves
    .map(
      ({ label: name, latencies }) =>
        `${name}: median ${latency(latencies.at(50))}, p99 ${latency(latencies.at(99))}, of ${count(latencies.calls, 'call')}`,
    )
    .join('. ')
}
