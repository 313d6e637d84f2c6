// The shape of a frame by its type: form and color both tell it, so that neither is needed alone.

import { type Html, html } from '../html/html.ts'
import type { Lane } from '../section.ts'
import { px } from './drawing.ts'
import type { DrawnMark } from './merge-marks.ts'

/** The tallest bar of DATA. */
const TALLEST = 20
const SHORTEST = 3
/** How far from the line the middle of a mark is. */
const OFF = 11

/** In the order of legends. */
const ORDER = [
  'PREFACE',
  'SETTINGS',
  'HEADERS',
  'CONTINUATION',
  'DATA',
  'WINDOW_UPDATE',
  'PING',
  'PRIORITY',
  'PUSH_PROMISE',
  'RST_STREAM',
  'GOAWAY',
]

/** That lanes have, in the order of a legend. */
export function markTypesOf(lanes: readonly Lane[]): string[] {
  const found = new Set(lanes.flatMap(({ marks }) => marks.map(({ type }) => type)))
  return [...ORDER.filter((type) => found.has(type)), ...[...found].filter((type) => !ORDER.includes(type))]
}

/** @param most bytes of the tallest bar */
export function markShape(mark: DrawnMark, middle: number, most: number): Html {
  const up = mark.from === 'client' ? -1 : 1
  const content =
    mark.type === 'DATA' ? bar(mark, middle, up, most) : shape(mark.type, mark.x, middle + up * OFF, up)
  return html`<g class="${classOf(mark.type)}">${content}<title>${mark.tip}</title></g>`
}

/** The mark of a type for a legend. */
export const typicalMark =
  (type: string) =>
  (x: number, y: number): Html =>
    html`<g class="${classOf(type)}">${
      type === 'DATA'
        ? html`<rect x="${px(x - 4.5)}" y="${px(y - 1)}" width="3" height="8"/><rect x="${px(x + 0.5)}" y="${px(y - 7)}" width="3" height="14"/>`
        : shape(type, x, y, -1)
    }</g>`

const classOf = (type: string) => (ORDER.includes(type) ? `m-${type}` : 'm-other')

/** Areas, not heights, would be seen by their size: the root keeps small frames visible beside large ones. */
function bar({ x, bytes }: DrawnMark, middle: number, up: 1 | -1, most: number): Html {
  const height = Math.max(SHORTEST, Math.sqrt(Math.max(bytes, 0) / most) * TALLEST)
  return html`<rect x="${px(x - 1.5)}" y="${px(up < 0 ? middle - height : middle)}" width="3" height="${px(height)}"/>`
}

function shape(type: string, x: number, y: number, up: 1 | -1): Html {
  switch (type) {
    case 'HEADERS':
      return html`<circle cx="${px(x)}" cy="${px(y)}" r="4.5"/>`
    case 'CONTINUATION':
      return html`<circle cx="${px(x)}" cy="${px(y)}" r="3.5" class="hollow-mark"/>`
    case 'WINDOW_UPDATE':
      return polygon([
        [x - 5, y - up * 3],
        [x + 5, y - up * 3],
        [x, y + up * 5],
      ])
    case 'SETTINGS':
      return html`<rect x="${px(x - 4)}" y="${px(y - 4)}" width="8" height="8"/>`
    case 'PING':
      return polygon([
        [x - 5.5, y],
        [x, y - 5.5],
        [x + 5.5, y],
        [x, y + 5.5],
      ])
    case 'RST_STREAM':
      return html`<path d="M${px(x - 4)} ${px(y - 4)}L${px(x + 4)} ${px(y + 4)}M${px(x + 4)} ${px(y - 4)}L${px(x - 4)} ${px(y + 4)}"/>`
    case 'GOAWAY':
      return polygon(
        Array.from({ length: 8 }, (_, index) => {
          const angle = (Math.PI / 4) * (index + 0.5)
          return [x + 6 * Math.cos(angle), y + 6 * Math.sin(angle)] as const
        }),
      )
    case 'PUSH_PROMISE':
      return html`<rect x="${px(x - 5)}" y="${px(y - 3)}" width="10" height="6" class="hollow-mark"/>`
    default:
      return html`<rect x="${px(x - 1.5)}" y="${px(y - 6)}" width="3" height="12"/>`
  }
}

function polygon(points: readonly (readonly [number, number])[]): Html {
  return html`<polygon points="${points.map(([x, y]) => `${px(x)},${px(y)}`).join(' ')}"/>`
}
