// What a revision changed, from its document and the one before it; read once for each revision.

import { useEffect, useState } from 'preact/hooks'
import { rest } from '../store/rest.ts'
import type { Json } from '../store/state.ts'
import { type Change, changesBetween } from './json-patch.ts'

const documents = new Map<number, Promise<Json>>()

function readDocument(number: number): Promise<Json> {
  let reading = documents.get(number)
  if (reading === undefined) {
    reading = rest.getRevision(number).then(({ document }) => document as Json)
    // What failed is tried again.
    reading.catch(() => documents.delete(number))
    documents.set(number, reading)
  }
  return reading
}

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
