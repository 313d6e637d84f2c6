// Exit codes by error code. A test compares docs/yard.md with this table.

import type { ErrorCode } from '../core/errors.ts'

const FAILED = 1

/** Codes that scripts may want to distinguish. All others are 1. */
export const EXIT_CODES: Readonly<Partial<Record<ErrorCode, number>>> = {
  'invalid-argument': 2,
  'invalid-config': 2,
  'not-found': 2,
  unreachable: 3,
  nacked: 4,
  pending: 5,
}

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code] ?? FAILED
}
