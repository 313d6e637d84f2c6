// A value at a place of a document.

type Entries = Readonly<Record<string, unknown>>

/** A copy of the document with this value at the place; undefined removes what is there. */
export function setAt<T extends object>(
  document: T,
  [step = '', ...rest]: readonly string[],
  value: unknown,
): T {
  const entries = document as Entries
  if (rest.length > 0) {
    const inner = entries[step]
    const before = typeof inner === 'object' && inner !== null ? inner : {}
    return { ...document, [step]: setAt(before, rest, value) }
  }
  const { [step]: _, ...others } = entries
  return (value === undefined ? others : { ...others, [step]: value }) as T
}

export function valueAt(document: object, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => (at as Entries | undefined)?.[step], document)
}
