// Durations in flags of the control plane.

import { SwitchyardError } from '../../core/errors.ts'

/** Reads a number of seconds. @returns milliseconds @throws SwitchyardError `invalid-argument` */
export function readSeconds(flag: string, text: string, least: number, most: number): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (seconds >= least && seconds <= most) return seconds * 1000
  throw new SwitchyardError(
    'invalid-argument',
    `${flag} ${text} is not a number of seconds from ${least} to ${most}: see --help`,
  )
}
