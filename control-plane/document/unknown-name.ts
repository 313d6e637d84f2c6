// The error text for a name that no entry of the document has.

/** @param entries the entries that the name may refer to, each a `kind` */
export function describeUnknown(
  kind: string,
  name: string,
  entries: Readonly<Record<string, unknown>>,
): string {
  const names = Object.keys(entries).toSorted().join(', ')
  return `unknown ${kind} "${name}". ${names === '' ? 'The document has none' : `Use one of: ${names}`}`
}
