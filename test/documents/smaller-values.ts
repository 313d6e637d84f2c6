// Copies of a value with one thing less, for the smallest document that fails.

/** Each without one entry of an object or one item of a list, the outer ones first. */
export function* smallerValues(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    for (const index of items.keys()) yield items.toSpliced(index, 1)
    for (const [index, item] of items.entries()) {
      for (const smaller of smallerValues(item)) yield items.with(index, smaller)
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) yield omitEntry(value, name)
    for (const [name, entry] of Object.entries(value)) {
      for (const smaller of smallerValues(entry)) yield { ...value, [name]: smaller }
    }
  }
}

function omitEntry(entries: object, name: string): object {
  return Object.fromEntries(Object.entries(entries).filter(([other]) => other !== name))
}

export interface Smallest<T> {
  readonly value: T
  /** False where the last attempt was reached before all smaller ones were tried. */
  readonly isDone: boolean
}

/**
 * The first smaller value that fails takes the place of the value, until none of them fails.
 * @param most how often `fails` is called
 */
export async function smallestFailing<T>(
  value: T,
  fails: (smaller: T) => Promise<boolean>,
  most: number,
): Promise<Smallest<T>> {
  let smallest = value
  let attempts = 0
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const smaller of smallerValues(smallest) as Iterable<T>) {
      if (attempts === most) return { value: smallest, isDone: false }
      attempts += 1
      if (!(await fails(smaller))) continue
      smallest = smaller
      isSmaller = true
      break
    }
  }
  return { value: smallest, isDone: true }
}
