// Who sent what to whom, and when: two lifelines, and an arrow for each message on its way.

import { fixed } from '../content/number-text.ts'
import { type Content, type Html, html } from '../html/html.ts'
import type { SequenceSection } from '../section.ts'
import { type Draw, label, line, picture, px, SMALL } from './drawing.ts'
import { cutText, widest } from './label-text.ts'

type Step = SequenceSection['steps'][number]

const ROW = 25
const TOP = 44
/** Between a lifeline and the labels at it. */
const GAP = 8
/** Decimals of times, which are in the margins. */
const DECIMALS = 1
/** How far an arrow goes that never arrives. */
const LOST_AT = 0.62

/** One end of a step: it has a row of its own, so that no two labels touch. */
interface End {
  readonly step: Step
  readonly atMs: number
  readonly isSending: boolean
}

export function sequenceChart({ title, actors, steps }: SequenceSection): Draw[] {
  const ends = steps.flatMap(endsOf).toSorted((a, b) => a.atMs - b.atMs)
  if (ends.length === 0) return []
  const rowOf = new Map(ends.map((end, index) => [keyOf(end), index]))
  return [
    (width, id) => {
      const margin = widest(ends, SMALL, ({ atMs }) => fixed(atMs, DECIMALS), 24) + 14
      const lanes = { left: margin, right: width - margin }
      const bottom = TOP + ends.length * ROW
      const y = (row: number) => TOP + (row + 0.5) * ROW
      const draw = (end: End, row: number): Content => {
        const side = sideOf(end, actors)
        const arrival = rowOf.get(`${steps.indexOf(end.step)} receives`)
        return html`<g class="${side === 'left' ? 's0' : 's1'}">${end.isSending ? arrow(lanes, side, y(row), arrival === undefined ? undefined : y(arrival)) : hasSending(end.step) ? undefined : dot(lanes[side], y(row))}</g>${timeText(lanes, side, y(row), end)}`
      }
      return picture({ id, width, height: bottom + 8, title, description: describe(steps, actors) }, [
        ...(['left', 'right'] as const).map((side, index) => [
          line(lanes[side], TOP - 12, lanes[side], bottom, 'base'),
          label(lanes[side], TOP - 22, actors[index], { anchor: 'middle', as: 'strong' }),
        ]),
        label(lanes.left - GAP, TOP - 2, 'ms', { anchor: 'end', as: 'small muted' }),
        ends.map(draw),
        // Last, so that no arrow crosses a label.
        ends.map((end, row) => labelOf(end, lanes, sideOf(end, actors), y(row))),
      ])
    },
  ]

  function keyOf({ step, isSending }: End): string {
    return `${steps.indexOf(step)} ${isSending ? 'sends' : 'receives'}`
  }
}

interface Lanes {
  readonly left: number
  readonly right: number
}
type Side = keyof Lanes

function endsOf(step: Step): End[] {
  const { sentMs = Number.NaN, receivedMs = Number.NaN } = step
  return [
    { step, atMs: sentMs, isSending: true },
    { step, atMs: receivedMs, isSending: false },
  ].filter(({ atMs }) => Number.isFinite(atMs))
}

const hasSending = ({ sentMs }: Step) => sentMs !== undefined

function sideOf({ step, isSending }: End, [left]: SequenceSection['actors']): Side {
  return (step.from === left) === isSending ? 'left' : 'right'
}

/** A label stands where its step begins: an arrival needs none, unless nobody sent it. */
function labelOf({ step, isSending }: End, lanes: Lanes, side: Side, y: number): Content {
  if (!isSending && hasSending(step)) return undefined
  const text = cutText(step.label, lanes.right - lanes.left - 3 * GAP, SMALL)
  const as = isSending ? 'small' : 'small muted'
  return side === 'left'
    ? label(lanes.left + GAP, y - 4, text, { as })
    : label(lanes.right - GAP, y - 4, text, { as, anchor: 'end' })
}

function arrow({ left, right }: Lanes, side: Side, y: number, arrivalY: number | undefined): Html {
  const [from, to] = side === 'left' ? [left, right] : [right, left]
  if (arrivalY === undefined) {
    const end = from + (to - from) * LOST_AT
    const cross = html`${line(end - 4, y - 4, end + 4, y + 4, 'line')}${line(end - 4, y + 4, end + 4, y - 4, 'line')}`
    return html`<g class="dash1">${line(from, y, end, y, 'line')}</g>${cross}`
  }
  return html`${line(from, y, to, arrivalY, 'line')}${head(from, y, to, arrivalY)}`
}

/** The head of an arrow, in the direction of its line. */
function head(x1: number, y1: number, x2: number, y2: number): Html {
  const angle = Math.atan2(y2 - y1, x2 - x1)
  const corner = (turn: number) =>
    `${px(x2 - 9 * Math.cos(angle + turn))},${px(y2 - 9 * Math.sin(angle + turn))}`
  return html`<polygon class="bar" points="${px(x2)},${px(y2)} ${corner(0.42)} ${corner(-0.42)}"/>`
}

const dot = (x: number, y: number): Html => html`<circle class="hollow" cx="${px(x)}" cy="${px(y)}" r="4"/>`

function timeText(lanes: Lanes, side: Side, y: number, { atMs }: End): Html {
  const text = fixed(atMs, DECIMALS)
  return side === 'left'
    ? label(lanes.left - GAP, y + 4, text, { anchor: 'end', as: 'small muted' })
    : label(lanes.right + GAP, y + 4, text, { as: 'small muted' })
}

function describe(steps: readonly Step[], actors: SequenceSection['actors']): string {
  const texts = steps.map((step) => {
    const to = actors.find((actor) => actor !== step.from)
    if (step.sentMs === undefined) return `${to} sees ${step.label}`
    return `${step.from} sends ${step.label}${step.receivedMs === undefined ? ', which does not arrive' : ''}`
  })
  return texts.join('. ')
}
