// The bytes of a message as a table: a row for each part of a field.

import pc from 'picocolors'
import type { Block } from '../../../protobuf/decode-input.ts'
import type { Piece } from '../../../protobuf/pieces.ts'
import { renderTable } from '../../../testbed/measure/table.ts'

const COLUMNS = [
  { title: 'byte', align: 'right' },
  { title: 'hex' },
  { title: 'field' },
  { title: 'part' },
  { title: 'type' },
  { title: 'value' },
] as const

/** Bytes in a row. */
const WIDTH = 8
/** Rows of a long value, and characters of a long text, unless all is wanted. */
const ROWS = 4
const TEXT = 60

export function renderBlocks(blocks: readonly Block[], all: boolean): string {
  return blocks
    .map((block) => {
      const rows = block.pieces.flatMap((piece) => rowsOf(block, piece, all))
      const title = `${block.title}${block.offset > 0 ? `, from byte ${block.offset}` : ''}`
      return [
        `  ${pc.bold(title)}`,
        '',
        ...(rows.length === 0 ? ['  no fields'] : [renderTable(COLUMNS, rows)]),
      ].join('\n')
    })
    .join('\n\n')
}

function rowsOf({ bytes, offset }: Block, piece: Piece, all: boolean): readonly (readonly string[])[] {
  const { at, length, part, type, field, depth } = piece
  const shown = all ? length : Math.min(length, WIDTH * ROWS)
  const starts = Array.from({ length: Math.ceil(shown / WIDTH) }, (_, index) => index * WIDTH)
  const rows = starts.map((start) => [
    String(offset + at + start),
    hexOf(bytes.subarray(at + start, at + Math.min(start + WIDTH, shown))),
  ])
  if (shown < length) rows.push(['', pc.dim(`… ${length - shown} more`)])
  const what = [`${'  '.repeat(depth)}${field}`, part, type, valueText(piece, all)]
  return rows.map((row, index) => [...row, ...(index === 0 ? what : ['', '', '', ''])])
}

function valueText({ text, or, part }: Piece, all: boolean): string {
  const short = all || text.length <= TEXT ? text : `${text.slice(0, TEXT)}…`
  const also = or.map((one) => (all || one.length <= TEXT ? one : `${one.slice(0, TEXT)}…`))
  const others = or.length === 0 ? '' : pc.dim(`  or ${also.join(', ')}`)
  return `${part === 'rest' ? pc.red(short) : short}${others}`
}

/** The same for programs. */
export function toPlain({ title, offset, bytes, pieces }: Block) {
  return {
    title,
    offset,
    pieces: pieces.map(({ outermost: _, ...piece }) => ({
      ...piece,
      at: piece.at + offset,
      bytes: Buffer.from(bytes.subarray(piece.at, piece.at + piece.length)).toString('hex'),
    })),
  }
}

const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
