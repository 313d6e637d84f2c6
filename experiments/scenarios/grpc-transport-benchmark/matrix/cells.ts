// The cells of the matrix: which service, payload, pattern and concurrency.

export const PATTERNS = ['unary', 'server-stream', 'bidirectional'] as const
export type Pattern = (typeof PATTERNS)[number]

/** Messages of a stream. */
export const STREAM_MESSAGES = 1_000

export interface Cell {
  readonly pattern: Pattern
  /** Of each message, in bytes. */
  readonly payload: number
  /** Calls at a time, all on one connection. */
  readonly concurrency: number
}

export const BASE: Cell = { pattern: 'unary', payload: 64, concurrency: 1 }

/** Such as `64 B` or `1 MB`. */
export function payloadText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 ** 2 ? `${bytes / 1024} KB` : `${bytes / 1024 ** 2} MB`
}

export function cellId(transport: string, { pattern, payload, concurrency }: Cell): string {
  return `matrix.${transport}.${pattern}.${payloadText(payload).replace(' ', '')}.c${concurrency}`
}
