// What the flags of processes have in common: how they are read, and how all that is wrong with them is told.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { type Problem, SwitchyardError } from '../core/errors.ts'

/** @throws SwitchyardError `invalid-argument` for a flag that is not known, or has no value where it needs one */
export function parseFlags<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    throw wrongFlags([{ path: 'flags', message: (cause as Error).message }], cause)
  }
}

export function wrongFlags(problems: readonly Problem[], cause?: unknown): SwitchyardError {
  return new SwitchyardError('invalid-argument', 'these flags are wrong:', {
    problems,
    ...(cause === undefined ? {} : { cause }),
  })
}
