// Warnings of a document: what is valid in it, and is a risk or has no effect for some clients.

import type { Problem } from '../../core/errors.ts'

/** A line for each warning, with its place like that of a problem. */
export function describeWarnings(warnings: readonly Problem[]): readonly string[] {
  return warnings.map(({ path, message }) => `warning: ${path === '' ? '' : `${path}: `}${message}`)
}
