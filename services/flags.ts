// Parses flags of service processes, and reports all invalid flags in one error.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { type Problem, SwitchyardError } from '../core/errors.ts'

/** @throws SwitchyardError `invalid-argument` for an unknown flag, or one without its value */
export function parseFlags<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    throw invalidFlags([{ path: 'flags', message: (cause as Error).message }], cause)
  }
}

export function invalidFlags(problems: readonly Problem[], cause?: unknown): SwitchyardError {
  return new SwitchyardError('invalid-argument', 'invalid flags:', {
    problems,
    ...(cause === undefined ? {} : { cause }),
  })
}
