// Warnings of a document: what is valid in it, and has no effect for some clients.

import type { Problem } from '../../core/errors.ts'

/** A line for each warning. */
export function describeWarnings(warnings: readonly Problem[]): readonly string[] {
  return warnings.map(({ path, message }) => `warning: ${path} ${message}`.replace('  ', ' '))
}
