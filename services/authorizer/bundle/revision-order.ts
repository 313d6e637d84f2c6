// The order of bundles: the number at the beginning of their revision, which only grows.

import { type ErrorCode, SwitchyardError } from '../../../core/errors.ts'

/** Up to 15 digits are exact in a double, and enough for milliseconds since 1970. */
const NUMBERED = /^(\d{1,15})(?:-[\w.-]{1,64})?$/

/**
 * @param revision such as `42` or `42-hotfix`
 * @throws SwitchyardError with that code if it has no number
 */
export function orderOf(revision: unknown, code: ErrorCode = 'bad-bundle'): number {
  const [, number] = (typeof revision === 'string' && NUMBERED.exec(revision)) || []
  if (number !== undefined) return Number(number)
  const fix = 'give a number that grows with each bundle, such as 42 or 42-hotfix'
  const shown = JSON.stringify(typeof revision === 'string' ? revision.slice(0, 80) : (revision ?? ''))
  throw new SwitchyardError(code, `the bundle has the revision ${shown}; ${fix}`)
}
