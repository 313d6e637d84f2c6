// Numbers in flags of the commands that run tests.

import { SwitchyardError } from '../../core/errors.ts'

/** @throws SwitchyardError `invalid-argument` if the text is no whole number from `least` to 999,999 */
export function readNumber(flag: string, text: string, least = 1): number {
  if (/^(0|[1-9]\d{0,5})$/.test(text) && Number(text) >= least) return Number(text)
  throw new SwitchyardError('invalid-argument', `${flag} ${text}: use a whole number from ${least} on`)
}
