// Documents of revisions: they never change, so each is read once.

import type { RevisionWithDocument } from '../../../../../api/schemas/revision.ts'
import { rest } from '../../store/rest.ts'

const read = new Map<number, Promise<RevisionWithDocument>>()

/** Rejects if the revision cannot be read; the next call then tries again. */
export function readRevision(number: number): Promise<RevisionWithDocument> {
  const known = read.get(number)
  if (known !== undefined) return known
  const reading = rest.getRevision(number)
  read.set(number, reading)
  reading.catch(() => read.delete(number))
  return reading
}
