// The chain of the audit log: each line has its number and the digest of the line before it.

import { createHash } from 'node:crypto'
import { isMap } from '../../core/plain-map.ts'

/** A line by its number and its digest. */
export interface ChainLink {
  readonly number: number
  /** SHA-256 of the line without its line break, in hexadecimal. */
  readonly digest: string
}

/** What the first line refers to. */
export const START: ChainLink = { number: 0, digest: '0'.repeat(64) }

/** The head file has the newest line, so that lines missing at the end of the log are found. */
export const HEAD_SUFFIX = '.head'
/** Room for any number, and always the same, so that a full disk does not stop a new head. */
const HEAD_BYTES = 128

/** The next line, without its line break. */
export function chainLine(
  fields: object,
  previous: ChainLink,
): { readonly text: string; readonly link: ChainLink } {
  const number = previous.number + 1
  const text = JSON.stringify({ number, previous: previous.digest, ...fields })
  return { text, link: linkOf(number, text) }
}

export function linkOf(number: number, line: string | Uint8Array): ChainLink {
  return { number, digest: createHash('sha256').update(line).digest('hex') }
}

/** What a line says of its place in the chain; undefined if it is not a line of an audit log. */
export function readLine(
  line: Uint8Array,
): { readonly number: number; readonly previous: string } | undefined {
  const { number, previous } = parse(line)
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) return undefined
  return typeof previous === 'string' ? { number, previous } : undefined
}

export function formatHead(head: ChainLink): string {
  return `${JSON.stringify(head).padEnd(HEAD_BYTES - 1)}\n`
}

/** Undefined if it is no head file. */
export function parseHead(text: string): ChainLink | undefined {
  const { number, digest } = parse(text)
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) return undefined
  return typeof digest === 'string' && /^[\da-f]{64}$/.test(digest) ? { number, digest } : undefined
}

function parse(text: string | Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text))
    return isMap(value) ? value : {}
  } catch {
    return {}
  }
}
