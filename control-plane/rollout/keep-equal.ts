// A new document that shares with the one before all that is equal, so that what is made of it need not be made again.

import { isDeepStrictEqual } from 'node:util'
import { isMap, ownValue } from '../../core/plain-map.ts'

/** `after`, with every part that is equal in `before` replaced by that very object. Neither is changed. */
export function keepEqual<T>(before: T, after: T): T {
  if (Object.is(before, after)) return before
  if (!isMap(before) || !isMap(after)) return isDeepStrictEqual(before, after) ? before : after
  const kept = Object.entries(after).map(
    ([key, value]) => [key, keepEqual(ownValue(before, key), value)] as const,
  )
  const isSame =
    kept.length === Object.keys(before).length &&
    kept.every(([key, value]) => value === ownValue(before, key))
  return isSame ? before : (Object.fromEntries(kept) as T)
}
