// Delta debugging: the shortest list that still fails, found by leaving parts out and running what is left.
// https://www.st.cs.uni-saarland.de/papers/tse2002/tse2002.pdf (ddmin)

export type Fails<T> = (items: readonly T[]) => Promise<boolean>

/**
 * Leaves out as many items as possible, then replaces items by simpler ones.
 * @param simpler the items that may stand in for an item, each of them simpler
 * @returns a list that fails, from which no single item can be left out
 */
export async function minimize<T>(
  items: readonly T[],
  fails: Fails<T>,
  simpler: (item: T) => readonly T[] = () => [],
): Promise<readonly T[]> {
  const fewer = await leaveOut(items, fails)
  const replaced = await replaceItems(fewer, fails, simpler)
  return replaced === fewer ? fewer : await minimize(replaced, fails, simpler)
}

/** Leaves out halves, then quarters and so on, down to single items; again from halves whenever something went. */
async function leaveOut<T>(items: readonly T[], fails: Fails<T>): Promise<readonly T[]> {
  let kept = items
  let size = Math.ceil(kept.length / 2)
  while (size >= 1) {
    const before = kept.length
    for (let start = 0; start < kept.length; ) {
      const rest = kept.toSpliced(start, size)
      if (await fails(rest)) kept = rest
      else start += size
    }
    if (kept.length < before && size > 1) size = Math.min(size, Math.ceil(kept.length / 2))
    else if (kept.length === before) size = size === 1 ? 0 : Math.floor(size / 2)
  }
  return kept
}

async function replaceItems<T>(
  items: readonly T[],
  fails: Fails<T>,
  simpler: (item: T) => readonly T[],
): Promise<readonly T[]> {
  let kept = items
  for (let at = 0; at < kept.length; at += 1) {
    const item = kept[at]
    if (item === undefined) continue
    for (const other of simpler(item)) {
      const changed = kept.with(at, other)
      if (!(await fails(changed))) continue
      kept = changed
      break
    }
  }
  return kept
}
