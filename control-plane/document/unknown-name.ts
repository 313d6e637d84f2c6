// The error text for a name that no entry of the document has.

import { memoize } from '../../core/memo.ts'

/** Nobody reads more names. */
const MOST_NAMES = 50

const listNames = memoize((entries: Readonly<Record<string, unknown>>): string => {
  const names = Object.keys(entries).toSorted()
  const rest = names.length - MOST_NAMES
  return `${names.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
})

/** @param entries the entries that the name may refer to, each a `kind` */
export function describeUnknown(
  kind: string,
  name: string,
  entries: Readonly<Record<string, unknown>>,
): string {
  const names = listNames(entries)
  return `unknown ${kind} "${name}". ${names === '' ? 'The document has none' : `Use one of: ${names}`}`
}
