// Bytes that a person pastes: hex as most tools print it, or base64; or the bytes themselves.

import type { WireProblem } from './field.ts'
import { utf8 } from './scalar.ts'

export const FORMATS = ['auto', 'hex', 'base64', 'raw'] as const
export type BytesFormat = (typeof FORMATS)[number]

export interface ReadBytes {
  readonly bytes: Uint8Array
  /** How they were read. */
  readonly format: Exclude<BytesFormat, 'auto'>
  /** By the offset of the character. `bytes` is what could be read nevertheless. */
  readonly problems: readonly WireProblem[]
}

/** Between the bytes of hex, as tools print it: `0a 0b`, `0a:0b`, `0x0a, 0x0b`, `\x0a\x0b`. */
const BETWEEN = /0x|\\x|[\s:,]/gi

/** @param input text that was written, or the content of a file */
export function readBytes(input: string | Uint8Array, format: BytesFormat = 'auto'): ReadBytes {
  const text = typeof input === 'string' ? input : format === 'raw' ? undefined : utf8(input)
  const raw = typeof input === 'string' ? Buffer.from(input) : input
  const chosen = format === 'auto' ? guessFormat(text, typeof input === 'string') : format
  if (chosen === 'raw') return { bytes: raw, format: chosen, problems: [] }
  const readText = chosen === 'hex' ? readHex : readBase64
  // Bytes that are no text are shown as characters, so that each problem has its place.
  return { format: chosen, ...readText(text ?? Buffer.from(raw).toString('latin1')) }
}

/** Text of hex digits could be base64 too; hardly anybody means that. */
function guessFormat(text: string | undefined, isWritten: boolean): ReadBytes['format'] {
  // A line end at the begin of a file is the tag of field 1.
  if (text === undefined || (!isWritten && /^\s/.test(text))) return 'raw'
  const bare = text.replaceAll(BETWEEN, '')
  if (/^[\da-f]*$/i.test(bare)) return 'hex'
  if (/^[\w+/=-]+$/.test(text.replaceAll(/\s/g, '')) && (isWritten || text.trim().length % 4 === 0))
    return 'base64'
  // What was written is text: more wrong characters than that are a mistake in hex.
  return isWritten ? (/[g-z]/i.test(bare) ? 'base64' : 'hex') : 'raw'
}

function readHex(text: string): Pick<ReadBytes, 'bytes' | 'problems'> {
  const problems: WireProblem[] = []
  const digits: string[] = []
  const spaced = text.replaceAll(BETWEEN, (match) => ' '.repeat(match.length))
  for (const { 0: character, index } of spaced.matchAll(/\S/gu)) {
    if (/[\da-f]/i.test(character)) digits.push(character)
    else problems.push({ at: index, message: `${JSON.stringify(character)} is not a hex digit` })
  }
  if (digits.length % 2 === 1) {
    const message = `an odd number of hex digits (${digits.length}): a byte has two, so one is missing`
    problems.push({ at: text.trimEnd().length, message })
  }
  return { bytes: Buffer.from(digits.join(''), 'hex'), problems }
}

/** With both alphabets, with padding or without it. Texts with padding may follow each other, as in gRPC-Web's text format. */
function readBase64(text: string): Pick<ReadBytes, 'bytes' | 'problems'> {
  const problems = [...text.matchAll(/[^\w+/=\s-]/gu)].map(({ 0: character, index }) => ({
    at: index,
    message: `${JSON.stringify(character)} is not a character of base64`,
  }))
  const parts = text.replaceAll(/[^\w+/=-]/g, '').match(/[\w+/-]+=*/g) ?? []
  for (const part of parts) {
    const bare = part.replace(/=+$/, '').length
    if (bare % 4 !== 1) continue
    const message = `base64 cannot have ${bare} characters: after groups of four, two or three more are possible, not one`
    problems.push({ at: Math.max(text.indexOf(part), 0) + part.length, message })
  }
  return { bytes: Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))), problems }
}
