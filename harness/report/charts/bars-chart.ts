// One value for each label: a bar to the median of the rounds, and the span of the rounds.

import { median } from '../../../testbed/measure/statistics.ts'
import { significant } from '../content/number-text.ts'
import { type Html, html } from '../html/html.ts'
import type { BarsSection } from '../section.ts'
import { type Axis, axisOver } from './axis.ts'
import { bottomAxis, box, type Draw, label, line, type Plot, picture, SMALL, TEXT } from './drawing.ts'
import { cutText, textWidth, widest, wrapText } from './label-text.ts'

const NARROW = 560
const BAR = 14

export function barsChart(section: BarsSection): Draw[] {
  const { title, unit, noiseFloor, bars } = section
  const drawn = bars.map((one) => ({ ...one, values: one.values.filter(Number.isFinite) }))
  const values = drawn.flatMap((one) => one.values)
  if (values.length === 0) return []
  const description = drawn.map((one) => `${one.label}: ${valueText(one.values, unit)}`).join('. ')
  return [
    (width, id) => {
      const above = width < NARROW
      const longest = widest(drawn, TEXT, (one) => one.label)
      const left = above ? 0 : Math.min(Math.max(longest + 14, 60), width * 0.34)
      const row = above ? 46 : longest > left - 14 ? 40 : 30
      const top = noiseFloor === undefined ? 6 : 26
      const texts = widest(drawn, SMALL, (one) => valueText(one.values, unit))
      const plot = { left, top, right: width - 16 - texts, bottom: top + drawn.length * row }
      const x = axisOver([...values, noiseFloor ?? 0], {
        kind: 'linear',
        range: [plot.left, plot.right],
        room: above ? 4 : 6,
      })
      return picture({ id, width, height: plot.bottom + 42, title, description }, [
        noiseFloor !== undefined && drawFloor(noiseFloor, unit, x, plot),
        bottomAxis(x, plot, unit),
        drawn.map((one, index) => {
          const y = plot.top + index * row
          const middle = above ? y + row - BAR / 2 - 6 : y + row / 2
          const names = above ? [cutText(one.label, width, TEXT)] : wrapText(one.label, left - 14, TEXT)
          return [
            names.map((text, at) =>
              above
                ? label(0, y + 15, text)
                : label(left - 10, middle + 4.5 + (at - (names.length - 1) / 2) * 16, text, {
                    anchor: 'end',
                  }),
            ),
            drawBar(one.values, section, x, middle),
          ]
        }),
        line(x.at(0), plot.top, x.at(0), plot.bottom, 'base'),
      ])
    },
  ]
}

function drawBar(
  values: readonly number[],
  { unit, noiseFloor = 0 }: BarsSection,
  x: Axis,
  middle: number,
): Html {
  if (values.length === 0) return label(x.at(0) + 6, middle + 4, 'not measured', { as: 'small muted' })
  const value = median(values)
  const [low, high] = [x.at(Math.min(...values)), x.at(Math.max(...values))]
  const [from, to] = [Math.min(x.at(0), x.at(value)), Math.max(x.at(0), x.at(value))]
  const tip = `rounds: ${values.map((one) => significant(one)).join(', ')} ${unit}`
  const rounds = values.length > 1 && [
    line(low, middle, high, middle, 'span'),
    [low, high].map((at) => line(at, middle - 4, at, middle + 4, 'span')),
  ]
  const isNoise = Math.abs(value) < noiseFloor
  const end = Math.max(high, to, x.at(isNoise ? noiseFloor : 0)) + 8
  return html`${box(from, middle - BAR / 2, to - from, BAR, `bar ${isNoise ? 's7' : 's0'}`, tip)}${rounds}${label(
    end,
    middle + 4,
    valueText(values, unit),
    { as: isNoise ? 'small muted' : 'small' },
  )}`
}

function drawFloor(floor: number, unit: string, x: Axis, plot: Plot): Html {
  const text = `noise floor ${significant(floor)} ${unit}`
  const atEnd = x.at(floor) + textWidth(text, SMALL) > plot.right + 60
  return html`${box(x.at(0), plot.top, x.at(floor) - x.at(0), plot.bottom - plot.top, 'floor')}${line(x.at(floor), plot.top - 6, x.at(floor), plot.bottom, 'floor-edge')}${label(x.at(floor) + (atEnd ? -6 : 0), plot.top - 11, text, { as: 'small muted', anchor: atEnd ? 'end' : 'start' })}`
}

function valueText(values: readonly number[], unit: string): string {
  return values.length === 0 ? 'not measured' : `${significant(median(values))} ${unit}`
}
