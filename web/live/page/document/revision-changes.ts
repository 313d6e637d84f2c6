// What a revision changed, from its document and the one before it; read once for each revision.

import { useEffect, useState } from 'preact/hooks'
import { type Change, changesBetween } from './json-patch.ts'
import { readDocument } from './read-document.ts'

/** Undefined until it is read. The first revision changes nothing. */
export function useRevisionChanges(number: number | undefined): readonly Change[] | undefined {
  const [known, setKnown] = useState<{ readonly number: number; readonly changes: readonly Change[] }>()
  useEffect(() => {
    if (number === undefined) return
    let isCurrent = true
    const read = async () => {
      if (number < 2) return []
      const [before, after] = await Promise.all([readDocument(number - 1), readDocument(number)])
      return changesBetween(before, after)
    }
    read().then(
      (changes) => isCurrent && setKnown({ number, changes }),
      () => undefined,
    )
    return () => {
      isCurrent = false
    }
  }, [number])
  return known?.number === number ? known?.changes : undefined
}
