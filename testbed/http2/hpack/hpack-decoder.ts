// Decodes header blocks, and says of each field how it was written: RFC 7541. https://www.rfc-editor.org/rfc/rfc7541

import { decodeHuffman } from './huffman.ts'
import { STATIC_TABLE } from './static-table.ts'

/**
 * How a field is written: an index alone, or a literal that is added to the dynamic table, that is not, or that no proxy on the way
 * may ever add (RFC 7541, section 6).
 */
export type Representation = 'indexed' | 'added' | 'not added' | 'never indexed'

export interface HeaderField {
  readonly name: string
  /** Of binary values (`…-bin`) the base64 text, as it is on the wire. */
  readonly value: string
  readonly representation: Representation
  /** Of the whole field or of its name: 1 to 61 are of the static table, larger ones of the dynamic table. 0: the name is literal too. */
  readonly index: number
  /** That the field takes in the block. */
  readonly bytes: number
  /** Whether a literal of it is in Huffman code. */
  readonly huffman: boolean
}

export interface HeaderBlock {
  readonly fields: readonly HeaderField[]
  /** New sizes of the dynamic table that the block begins with. */
  readonly tableSizes: readonly number[]
  /** Of the block, in bytes. */
  readonly bytes: number
  /** What the same fields would take as `name: value` lines of HTTP/1.1, in bytes. */
  readonly plainBytes: number
  /** Entries and size of the dynamic table after the block; the size as RFC 7541 counts it, with 32 bytes an entry. */
  readonly table: { readonly entries: number; readonly bytes: number }
}

/** RFC 7541, section 4.1. */
const ENTRY_OVERHEAD = 32
/** SETTINGS_HEADER_TABLE_SIZE where nobody sets it. */
const DEFAULT_TABLE_BYTES = 4096

/** Decodes the blocks of one direction of a connection, in their order: later ones refer to what earlier ones added. */
export class HpackDecoder {
  /** The newest first. */
  readonly #entries: (readonly [name: string, value: string])[] = []
  #bytes = 0
  #limit = DEFAULT_TABLE_BYTES

  /** @throws Error that says what is wrong with the block; later blocks cannot be decoded then */
  decode(block: Buffer): HeaderBlock {
    const reader = new BlockReader(block)
    const fields: HeaderField[] = []
    const tableSizes: number[] = []
    while (!reader.atEnd) {
      const first = reader.byte
      if ((first & 0xe0) === 0x20) {
        this.#limit = reader.integer(5)
        tableSizes.push(this.#limit)
        this.#evict(0)
      } else fields.push(this.#field(reader, first))
    }
    return {
      ...{ fields, tableSizes, bytes: block.length },
      plainBytes: fields.reduce((sum, field) => sum + plainLength(field), 0),
      table: { entries: this.#entries.length, bytes: this.#bytes },
    }
  }

  #field(reader: BlockReader, first: number): HeaderField {
    const begin = reader.at
    if ((first & 0x80) !== 0) {
      const index = reader.integer(7)
      const [name, value] = this.#entry(index)
      return {
        name,
        value,
        representation: 'indexed',
        index,
        bytes: reader.at - begin,
        huffman: false,
      }
    }
    const added = (first & 0x40) !== 0
    const index = reader.integer(added ? 6 : 4)
    const name = index === 0 ? reader.string() : { text: this.#entry(index)[0], huffman: false }
    const value = reader.string()
    if (added) this.#add(name.text, value.text)
    return {
      ...{
        name: name.text,
        value: value.text,
        index,
        bytes: reader.at - begin,
      },
      representation: added ? 'added' : (first & 0x10) !== 0 ? 'never indexed' : 'not added',
      huffman: name.huffman || value.huffman,
    }
  }

  #entry(index: number): readonly [string, string] {
    const entry = STATIC_TABLE[index - 1] ?? this.#entries[index - 1 - STATIC_TABLE.length]
    if (index > 0 && entry !== undefined) return entry
    const most = STATIC_TABLE.length + this.#entries.length
    throw new Error(`a field has index ${index}, but the tables have entries 1 to ${most}`)
  }

  #add(name: string, value: string): void {
    const size = sizeOf(name, value)
    this.#evict(size)
    // An entry that is larger than the table empties it, and is not added: RFC 7541, section 4.4.
    if (size > this.#limit) return
    this.#entries.unshift([name, value])
    this.#bytes += size
  }

  #evict(room: number): void {
    while (this.#bytes + room > this.#limit) {
      const oldest = this.#entries.pop()
      if (oldest === undefined) return
      this.#bytes -= sizeOf(...oldest)
    }
  }
}

const sizeOf = (name: string, value: string) => name.length + value.length + ENTRY_OVERHEAD

/** With `: ` and the end of the line. Strings are latin1, so letters are bytes. */
const plainLength = ({ name, value }: HeaderField) => name.length + value.length + 4

class BlockReader {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.at >= this.#bytes.length
  }

  /** The next byte, which stays. */
  get byte(): number {
    const byte = this.#bytes[this.at]
    if (byte === undefined) throw new Error('the block ends within a field')
    return byte
  }

  /** RFC 7541, section 5.1. @param prefix bits of the first byte that belong to it */
  integer(prefix: number): number {
    const most = 2 ** prefix - 1
    let value = this.byte & most
    this.at += 1
    if (value < most) return value
    for (let shift = 0; shift <= 28; shift += 7) {
      const { byte } = this
      this.at += 1
      value += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) return value
    }
    throw new Error('an integer has more than 32 bits')
  }

  /** RFC 7541, section 5.2. */
  string(): { readonly text: string; readonly huffman: boolean } {
    const huffman = (this.byte & 0x80) !== 0
    const length = this.integer(7)
    const end = this.at + length
    if (end > this.#bytes.length)
      throw new Error(`a string has ${length} bytes, but the block has only ${this.#bytes.length - this.at}`)
    const bytes = this.#bytes.subarray(this.at, end)
    this.at = end
    return {
      text: (huffman ? decodeHuffman(bytes) : bytes).toString('latin1'),
      huffman,
    }
  }
}
