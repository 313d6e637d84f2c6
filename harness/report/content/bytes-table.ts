// The bytes of a message as text: a dump, and a row for each piece.

import type { BytesMessage, BytesPiece } from '../section.ts'
import type { DataTable } from './data-table.ts'

/** Bytes of a piece that a row shows; the dump has all. */
const SHOWN = 8

export function bytesTable({ hex, pieces }: BytesMessage): DataTable {
  return {
    columns: ['bytes', 'hex', 'field', 'part', 'type', 'value'].map((title) => ({ title })),
    rows: pieces.map((piece) => [
      placeText(piece),
      hexText(hex, piece),
      piece.field,
      piece.part,
      piece.type,
      piece.text,
    ]),
  }
}

/** `3`, or `3–7`. */
export const placeText = ({ at, length }: BytesPiece): string =>
  length <= 1 ? String(at) : `${at}–${at + length - 1}`

export function hexText(hex: string, { at, length }: BytesPiece): string {
  const shown = bytesOf(hex)
    .slice(at, at + Math.min(length, SHOWN))
    .join(' ')
  return length > SHOWN ? `${shown} …` : shown
}

export const bytesOf = (hex: string): readonly string[] => hex.match(/../g) ?? []

/** Sixteen bytes a line, behind the offset of the first. */
export function hexDump(hex: string): string[] {
  const bytes = bytesOf(hex)
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const line = bytes.slice(row * 16, row * 16 + 16)
    return `${offsetText(row * 16)}  ${line.slice(0, 8).join(' ')}  ${line.slice(8).join(' ')}`.trimEnd()
  })
}

export const offsetText = (offset: number): string => offset.toString(16).padStart(4, '0')
