// If-Match: who writes over a document says which one they have read. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1

import type { IncomingHttpHeaders } from 'node:http'
import { SwitchyardError } from '../../core/errors.ts'
import type { RevisionInfo } from '../store/revision.ts'

/** The revision's ETag as the header has it. */
export function etagHeader({ etag }: RevisionInfo): string {
  return `"${etag}"`
}

/**
 * What a write is to expect, where one of the ETags in If-Match is that of the revision in force, or where it is `*`.
 * @throws SwitchyardError `etag-missing` without the header, `stale-etag` where none of its ETags fits
 */
export function requireMatch({ 'if-match': header }: IncomingHttpHeaders, head: RevisionInfo): string {
  if (header === undefined) {
    throw new SwitchyardError(
      'etag-missing',
      'say which document this writes over: send the ETag of GET /v1/config as If-Match, or If-Match: * for any',
    )
  }
  const tags = header.split(',').map((tag) => tag.trim())
  if (tags.includes('*') || tags.includes(etagHeader(head))) return head.etag
  throw new SwitchyardError(
    'stale-etag',
    `If-Match is ${header}, and the document is at ${etagHeader(head)} by now: read it again, and repeat the edit`,
  )
}
