// Lists of names in the status and in events. Clients choose names, so a list shows a limited number, and the beginning of a long one.

/**
 * A list of names that may be long: how many they are, and the first of them.
 *
 * @example
 * ```ts
 * import type { NameList } from 'switchyard'
 *
 * const describe = ({ count, names }: NameList) => (count > names.length ? `${names.join(', ')}, …` : names.join(', '))
 * cache.onEvent((event) => {
 *   if (event.kind === 'subscribed') console.log(`${event.node} asks for ${describe(event.added)}`)
 * })
 * ```
 */
export interface NameList {
  readonly count: number
  /** The first 100. A name of more than 256 characters is cut, and ends in `…`. */
  readonly names: readonly string[]
}

const MAX_SHOWN_NAMES = 100
const MAX_SHOWN_LENGTH = 256

export function describeNames(names: ReadonlySet<string>): NameList {
  return { count: names.size, names: firstOf(names, MAX_SHOWN_NAMES) }
}

export function describeList(names: readonly string[]): NameList {
  return { count: names.length, names: shownNames(names) }
}

export function shownNames(names: readonly string[]): readonly string[] {
  return names.slice(0, MAX_SHOWN_NAMES).map(shortened)
}

export function firstOf(names: ReadonlySet<string>, count: number): readonly string[] {
  const first: string[] = []
  for (const name of names) {
    if (first.length === count) break
    first.push(shortened(name))
  }
  return first
}

export function shortened(name: string): string {
  return name.length <= MAX_SHOWN_LENGTH ? name : `${name.slice(0, MAX_SHOWN_LENGTH)}…`
}
