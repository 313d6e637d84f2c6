// The revision in force, with its document, number and ETag from one answer.

import type { RestClient } from '../../api/client.ts'
import type { RevisionWithDocument } from '../../api/schemas/revision.ts'

export async function revisionInForce(rest: RestClient): Promise<RevisionWithDocument> {
  const { revision } = await rest.getStatus()
  return await rest.getRevision(revision.revision)
}

/** An ETag as If-Match takes it. */
export function quoted(etag: string): string {
  return `"${etag}"`
}
