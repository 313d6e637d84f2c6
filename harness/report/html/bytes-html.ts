// A viewer of bytes: the color of a byte is that of its field, its line below says whether it is a tag or a length, and a table
// says what each is.

import { bytesOf, hexText, offsetText, placeText } from '../content/bytes-table.ts'
import type { BytesMessage, BytesPiece } from '../section.ts'
import { type Html, html } from './html.ts'

/** Bytes a row, on a screen and on a phone. The style sheet shows one of them. */
const WIDTHS = { wide: 16, narrow: 8 } as const
/** Of the style sheet; the last one is gray. */
const COLORS = 7

export function bytesHtml(message: BytesMessage): Html {
  const styled = message.pieces.map((piece) => ({ piece, style: styleOf(message, piece) }))
  return html`<figure class="bytes"><figcaption>${message.label}</figcaption>${Object.entries(WIDTHS).map(
    ([name, width]) => html`<div class="chart ${name}">${dumpHtml(message, styled, width)}</div>`,
  )}<div class="scroll" role="group" aria-label="Pieces of: ${message.label}" tabindex="0"><table><caption class="unseen">Pieces of: ${message.label}</caption><thead><tr>${[
    'bytes',
    'hex',
    'field',
    'part',
    'type',
    'value',
  ].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${styled.map(({ piece, style }) =>
    rowHtml(message, piece, style),
  )}</tbody></table></div></figure>`
}

interface Styled {
  readonly piece: BytesPiece
  readonly style: string
}

/** Fields get colors in the order in which they come, so that neighbors differ. */
function styleOf({ pieces }: BytesMessage, { outermost, part }: BytesPiece): string {
  const kind = part === 'tag' || part === 'length' ? ` ${part}` : ''
  if (outermost === undefined) return `s7${kind}`
  const order = [...new Set(pieces.flatMap((one) => one.outermost ?? []))]
  return `s${order.indexOf(outermost) % COLORS}${kind}`
}

function dumpHtml({ hex }: BytesMessage, styled: readonly Styled[], width: number): Html {
  const bytes = bytesOf(hex)
  const starts = Array.from({ length: Math.ceil(bytes.length / width) }, (_, row) => row * width)
  return html`<div class="dump" role="img" aria-label="${bytes.length} bytes in hex; the table below has each">${starts.map(
    (start) =>
      html`<div class="dump-row"><span class="offset">${offsetText(start)}</span>${styled.flatMap((one) =>
        runHtml(bytes, one, start, start + width),
      )}</div>`,
  )}</div>`
}

/** The bytes of a piece that are in a row. */
function runHtml(
  bytes: readonly string[],
  { piece, style }: Styled,
  start: number,
  end: number,
): readonly Html[] {
  const [from, to] = [Math.max(piece.at, start), Math.min(piece.at + piece.length, end)]
  if (from >= to) return []
  const tip = [piece.field, piece.part, piece.type, piece.text].filter((text) => text !== '').join(' · ')
  return [html`<span class="byte ${style}" title="${tip}">${bytes.slice(from, to).join(' ')}</span>`]
}

function rowHtml({ hex }: BytesMessage, piece: BytesPiece, style: string): Html {
  return html`<tr><th scope="row" class="place">${placeText(piece)}</th><td><span class="byte ${style}">${hexText(hex, piece)}</span></td><td class="depth${Math.min(piece.depth, 4)}">${piece.field}</td><td>${piece.part}</td><td>${piece.type}</td><td>${piece.text}</td></tr>`
}
