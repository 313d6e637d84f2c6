// What all charts share: the SVG around a drawing, text, and an axis with its grid.

import { type Content, type Html, html } from '../html/html.ts'
import type { Axis } from './axis.ts'
import { textWidth } from './label-text.ts'

/** Draws a chart for a width in CSS pixels: a page of a screen or a phone. */
export type Draw = (width: number, id: string) => Html

/** Sizes of text, in CSS pixels. */
export const TEXT = 13
export const SMALL = 12

export interface Picture {
  readonly id: string
  readonly width: number
  readonly height: number
  /** What it is, for readers who do not see it. */
  readonly title: string
  /** What it shows, in a sentence or two. */
  readonly description: string
}

export function picture({ id, width, height, title, description }: Picture, content: Content): Html {
  return html`<svg viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}" role="img" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${content}</svg>`
}

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end'
  /** Class names of the style sheet: `strong`, `muted`, `small`. */
  readonly as?: string
}

export function label(
  x: number,
  y: number,
  text: Content,
  { anchor = 'start', as = '' }: TextStyle = {},
): Html {
  return html`<text x="${px(x)}" y="${px(y)}"${anchor !== 'start' && html` text-anchor="${anchor}"`}${as !== '' && html` class="${as}"`}>${text}</text>`
}

export function line(x1: number, y1: number, x2: number, y2: number, as: string): Html {
  return html`<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${as}"/>`
}

export function box(x: number, y: number, width: number, height: number, as: string, tip?: string): Html {
  return html`<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" class="${as}">${tip !== undefined && html`<title>${tip}</title>`}</rect>`
}

export interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Ticks along the bottom, with grid lines upwards. Labels stay near the plot, and those that would touch are left out. */
export function bottomAxis(axis: Axis, plot: Plot, title?: string): Html {
  let free = Number.NEGATIVE_INFINITY
  const ticks = axis.ticks.map(({ at, label: text }) => {
    const half = textWidth(text, SMALL) / 2
    const place = Math.max(half, Math.min(at, plot.right + 10 - half))
    const fits = place - half >= free
    if (fits) free = place + half + 6
    return [
      line(at, plot.top, at, plot.bottom, 'grid'),
      fits && label(place, plot.bottom + 17, text, { anchor: 'middle', as: 'small muted' }),
    ]
  })
  return html`${ticks}${title !== undefined && label((plot.left + plot.right) / 2, plot.bottom + 35, title, { anchor: 'middle', as: 'small muted' })}`
}

/** Ticks at the left, with grid lines to the right, and the title above them. */
export function leftAxis(axis: Axis, plot: Plot, title?: string): Html {
  const ticks = axis.ticks.map(({ at, label: text }) => [
    line(plot.left, at, plot.right, at, 'grid'),
    label(plot.left - 7, at + 4, text, { anchor: 'end', as: 'small muted' }),
  ])
  return html`${ticks}${title !== undefined && label(0, plot.top - 12, title, { as: 'small muted' })}`
}

/** A tenth of a pixel is enough. */
export const px = (value: number): number => Math.round(value * 10) / 10
