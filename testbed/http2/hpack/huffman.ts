// The Huffman code of HPACK: RFC 7541, appendix B. https://www.rfc-editor.org/rfc/rfc7541#appendix-B

/**
 * The length of each byte's code, in bits. The code is canonical, so lengths are all that it takes: codes are given out by
 * length, and by value within a length.
 */
// biome-ignore format: a row has sixteen bytes
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28,
  28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8,
  11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12,
  10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22,
  22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23,
  21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24,
  21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22,
  23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21,
  26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22,
  21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27,
  27, 28, 27, 27, 27, 27, 27, 26,
];

/** Its 30 ones are the end of a string, which must not occur in one. */
const END = 256
const LONGEST = 30

interface Level {
  /** The first code of this length, and how many there are. */
  readonly first: number
  readonly symbols: readonly number[]
}

/** By length. */
const LEVELS: readonly Level[] = levelsOf([...LENGTHS, LONGEST])

function levelsOf(lengths: readonly number[]): Level[] {
  const levels: Level[] = []
  let code = 0
  for (let length = 0; length <= LONGEST; length += 1) {
    const symbols = lengths.flatMap((one, symbol) => (one === length ? [symbol] : []))
    levels.push({ first: code, symbols })
    code = (code + symbols.length) * 2
  }
  return levels
}

/** @throws Error that says what is wrong with the code: an end of string within it, or bits at its end that cannot be padding */
export function decodeHuffman(bytes: Uint8Array): Buffer {
  const decoded: number[] = []
  let code = 0
  let length = 0
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      code = code * 2 + ((byte >> bit) & 1)
      length += 1
      const level = LEVELS[length]
      const symbol = level?.symbols[code - level.first]
      if (level === undefined || symbol === END)
        throw new Error('a string has the end of a string within its Huffman code')
      if (symbol === undefined) continue
      decoded.push(symbol)
      code = 0
      length = 0
    }
  }
  if (length > 7 || code !== 2 ** length - 1)
    throw new Error('a string ends in the middle of a Huffman code: padding is at most seven bits, all ones')
  return Buffer.from(decoded)
}

/** Bytes that it takes in Huffman code. */
export const huffmanLength = (bytes: Uint8Array): number =>
  Math.ceil(bytes.reduce((sum, byte) => sum + (LENGTHS[byte] ?? 0), 0) / 8)
