// The values at a path of a document, as `describeSchema` writes paths.

/** `*` matches any name, and `[]` any item. A value is undefined if only the last field is missing. */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  return valuesOf(value, stepsOf(path))
}

/** The items of a list are like the entries of a map, and `lb` of an upstream like that of a fleet. */
export function stepsOf(path: string): readonly string[] {
  return path.replaceAll('[]', '.*').replace('upstreams.*.lb.', '*.*.lb.').split('.')
}

function valuesOf(value: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  const entries: Readonly<Record<string, unknown>> = { ...value }
  if (step === '*') return Object.values(entries).flatMap((one) => valuesOf(one, rest))
  if (rest.length > 0 && entries[step] === undefined) return []
  return valuesOf(entries[step], rest)
}
