// How calls are spread: a small panel of bars for each line, with a bar for each backend and a line where even is.

import { percent } from '../content/number-text.ts'
import { type ShareReading, variationText } from '../content/share-reading.ts'
import { type Html, html } from '../html/html.ts'
import { box, type Draw, label, line, picture, px, SMALL, TEXT } from './drawing.ts'
import { textWidth, wrapText } from './label-text.ts'

export interface SharesLine {
  readonly label: string
  readonly reading: ShareReading
}

const PANEL_WIDTH = 190
const GAP = 28
const BARS = 84
const HEAD = 40
const NOTE = 16
/** As high as the longest note of a panel needs. */
const notesOf = ({ reading }: SharesLine, width: number) => [
  ...wrapText(reading.words, width, SMALL).map((text) => ({ text, as: 'small' })),
  ...wrapText(variationText(reading), width, SMALL).map((text) => ({ text, as: 'small muted' })),
]

export function sharesChart(title: string, lines: readonly SharesLine[]): Draw[] {
  if (lines.length === 0) return []
  const highest = lines
    .flatMap(({ reading }) => reading.backends.flatMap(({ share, even }) => [share, even]))
    .reduce((a, b) => Math.max(a, b), 0)
  const description = lines.map(({ label: name, reading }) => `${name}: ${reading.words}`).join('. ')
  return [
    (width, id) => {
      const gap = width < 420 ? 16 : GAP
      const columns = Math.max(width < 420 ? 2 : 1, Math.floor((width + gap) / (PANEL_WIDTH + gap)))
      const panel = (width - (columns - 1) * gap) / columns
      const notes = lines.map((one) => notesOf(one, panel))
      const most = notes.reduce((high, { length }) => Math.max(high, length), 0)
      const height = HEAD + BARS + 22 + most * NOTE + 22
      const rows = Math.ceil(lines.length / columns)
      return picture({ id, width, height: rows * height - 22, title, description }, [
        lines.map((one, index) => {
          const x = (index % columns) * (panel + gap)
          const y = Math.floor(index / columns) * height
          return html`<g transform="translate(${px(x)} ${px(y)})">${drawPanel(one, panel, highest)}${notes[
            index
          ]?.map(({ text, as }, at) => label(0, HEAD + BARS + 36 + at * NOTE, text, { as }))}</g>`
        }),
      ])
    },
  ]
}

/** Uneven stands out, unsure stands back. */
const STYLES: Readonly<Record<ShareReading['verdict'], string>> = {
  'no calls': 's7',
  'one backend': 's1',
  uneven: 's1',
  unsure: 's7',
  'as even as chance allows': 's0',
  'more even than chance': 's0',
}

function drawPanel({ label: name, reading }: SharesLine, width: number, highest: number): Html {
  const { backends, verdict } = reading
  // Bold letters are wider.
  const names = wrapText(name, width * 0.96, TEXT)
  const bottom = HEAD + BARS
  const step = width / Math.max(backends.length, 1)
  const heightOf = (share: number) => (highest > 0 ? (share / highest) * BARS : 0)
  const style = `bar ${STYLES[verdict]}`
  const hasRoom = backends.every((one) => textWidth(one.name, SMALL) <= step - 2)
  const gap = Math.min(step * 0.12, 5)
  const bars = backends.map((one, index) => {
    const x = index * step
    const tip = `${one.name}: ${one.calls.toLocaleString('en-US')} calls, ${percent(one.share)}`
    const middle = { anchor: 'middle', as: 'small muted' } as const
    return [
      box(x + gap, bottom - heightOf(one.share), step - 2 * gap, heightOf(one.share), style, tip),
      one.calls === 0 && label(x + step / 2, bottom - 4, '0', middle),
      line(x, bottom - heightOf(one.even), x + step, bottom - heightOf(one.even), 'even'),
      hasRoom && label(x + step / 2, bottom + 15, one.name, middle),
    ]
  })
  const first = 13 + (names.length === 1 ? 16 : 0)
  return html`${names.map((text, index) => label(0, first + index * 16, text, { as: 'strong' }))}${bars}${line(
    ...([0, bottom, width, bottom, 'base'] as const),
  )}${!hasRoom && label(0, bottom + 15, `${backends.length} backends`, { as: 'small muted' })}`
}
