// Documents of revisions. They never change, so each is read once.

import { rest } from '../store/rest.ts'
import type { Json } from '../store/state.ts'

const documents = new Map<number, Promise<Json>>()

/** Rejects if it cannot be read; the next call tries again. */
export function readDocument(number: number): Promise<Json> {
  let reading = documents.get(number)
  if (reading === undefined) {
    reading = rest.getRevision(number).then(({ document }) => document as Json)
    reading.catch(() => documents.delete(number))
    documents.set(number, reading)
  }
  return reading
}
