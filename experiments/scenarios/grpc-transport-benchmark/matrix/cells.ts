// The cells of the matrix: calls of a kind and a payload, and how many of them at a time.

import type { SingleShape } from '../../../../testbed/loader/load-plan.ts'

/** Of the echo service, and put and get of the key-value service, which has no streams of payloads. */
export const PATTERNS = ['unary', 'server-stream', 'bidirectional', 'put', 'get'] as const
export type Pattern = (typeof PATTERNS)[number]

export const PATTERN_TITLES: Readonly<Record<Pattern, string>> = {
  unary: 'echo, unary',
  'server-stream': 'echo, server stream',
  bidirectional: 'echo, bidirectional',
  put: 'key-value, put',
  get: 'key-value, get',
}

export const PAYLOADS = [64, 1_024, 65_536, 1_048_576] as const
export const CONCURRENCIES = [1, 10, 50, 100] as const

/** Of a stream. In a bidirectional one, each follows the answer to the one before. */
export const STREAM_MESSAGES = 1_000

export interface Cell {
  readonly pattern: Pattern
  /** Of each message, in bytes; both ways in echo calls. */
  readonly payload: number
  /** Calls at a time, all on one connection. */
  readonly concurrency: number
}

/** The one that every transport has: it is mostly the way, and hardly the payload. */
export const BASE: Cell = { pattern: 'unary', payload: 64, concurrency: 1 }

export const isStream = ({ pattern }: Pick<Cell, 'pattern'>): boolean =>
  pattern === 'server-stream' || pattern === 'bidirectional'

export const isSame = (a: Cell, b: Cell): boolean =>
  a.pattern === b.pattern && a.payload === b.payload && a.concurrency === b.concurrency

/** Such as `64 B` or `1 MB`. */
export function payloadText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 ** 2 ? `${bytes / 1024} KB` : `${bytes / 1024 ** 2} MB`
}

export const cellText = ({ pattern, payload, concurrency }: Cell): string =>
  `${PATTERN_TITLES[pattern]}, ${payloadText(payload)}, ${concurrency} at a time`

export function cellId(transport: string, { pattern, payload, concurrency }: Cell): string {
  return `matrix.${transport}.${pattern}.${payloadText(payload).replace(' ', '')}.c${concurrency}`
}

/** What distinguishes its run from others, by which the report finds it again. */
export function labelsOf(transport: string, { pattern, payload, concurrency }: Cell) {
  return {
    transport,
    calls: PATTERN_TITLES[pattern],
    pattern,
    'payload (bytes)': String(payload),
    'at a time': String(concurrency),
  }
}

export function shapeOf({ pattern, payload }: Cell): SingleShape {
  switch (pattern) {
    case 'put':
    case 'get':
      return { kind: pattern, payloadBytes: payload }
    case 'unary':
      return { kind: pattern, payloadBytes: payload, responseBytes: payload }
    case 'server-stream':
      return { kind: pattern, messages: STREAM_MESSAGES, responseBytes: payload }
    case 'bidirectional':
      return { kind: pattern, messages: STREAM_MESSAGES, payloadBytes: payload, responseBytes: payload }
  }
}
