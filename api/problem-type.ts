// The `type` of a problem document: a URN that ends in the error code.

import { ERROR_CODES, type ErrorCode } from '../core/errors.ts'

const PREFIX = 'urn:switchyard:error:'

export function problemTypeOf(code: ErrorCode): string {
  return PREFIX + code
}

/** The error code in a `type`; undefined if this version does not know it. */
export function codeOfProblemType(type: string): ErrorCode | undefined {
  const code = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : ''
  return Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : undefined
}
