// What a sender may still send, as steps over the time of the lanes above.

import { bytesText } from '../content/number-text.ts'
import { type Html, html } from '../html/html.ts'
import type { LanesPicture } from '../section.ts'
import type { Axis } from './axis.ts'
import { label, line, type Plot, px, SMALL } from './drawing.ts'
import { cutText, textWidth } from './label-text.ts'

type Window = NonNullable<LanesPicture['windows']>[number]

/** With its label. */
export const WINDOW_HEIGHT = 84
const LABEL = 22
const GAP = 6

/** @param plot its top is that of the label, its bottom is not used */
export function drawWindows({ label: name, points }: Window, x: Axis, plot: Plot): Html {
  const top = plot.top + LABEL
  const bottom = plot.top + WINDOW_HEIGHT - GAP
  const usable = points.filter(([at, bytes]) => Number.isFinite(at) && Number.isFinite(bytes))
  const most = usable.reduce((high, [, bytes]) => Math.max(high, bytes), 1)
  const y = (bytes: number) => bottom - (Math.max(bytes, 0) / most) * (bottom - top)
  const [first] = usable
  if (first === undefined)
    return html`${label(plot.left, plot.top + 15, `${name}: nothing was sent`, { as: 'small' })}`
  const amount = `, at most ${bytesText(most)}`
  const room = plot.right - plot.left - textWidth(amount, SMALL)
  const title = `${cutText(name, room, SMALL)}${amount}`
  const steps = usable.slice(1).map(([at, bytes]) => `H${px(x.at(at))}V${px(y(bytes))}`)
  const path = `M${px(x.at(first[0]))} ${px(y(first[1]))}${steps.join('')}H${px(plot.right)}`
  return html`${label(plot.left, plot.top + 16, title, { as: 'small muted' })}<path d="${path}V${px(bottom)}H${px(x.at(first[0]))}Z" class="window-area"/><path d="${path}" class="window-line"/>${line(plot.left, bottom, plot.right, bottom, 'base')}`
}
