// The error that a call throws, for tests that check its details.

import { SwitchyardError } from '../../core/errors.ts'

/** @throws if the call does not throw a `SwitchyardError` */
export function thrownBy(call: () => unknown): SwitchyardError {
  try {
    call()
  } catch (error) {
    if (error instanceof SwitchyardError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
