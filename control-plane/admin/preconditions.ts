// If-Match: a write names the revision that its author has read. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1

import type { IncomingHttpHeaders } from 'node:http'
import { SwitchyardError } from '../../core/errors.ts'
import type { IfMatch, RevisionInfo } from '../store/revision.ts'

/** The revision's ETag as the header has it. */
export function etagHeader({ etag }: RevisionInfo): string {
  return `"${etag}"`
}

/**
 * The ETags in If-Match. Whether one of them is current is decided in the queue of writes, when the ones before are done.
 * @throws SwitchyardError `etag-missing` without the header
 */
export function readIfMatch({ 'if-match': header }: IncomingHttpHeaders): IfMatch {
  if (header === undefined) {
    throw new SwitchyardError(
      'etag-missing',
      'the header If-Match is missing; send the ETag of GET /v1/config, or * to write over any revision',
    )
  }
  const tags = header.split(',').map((tag) => tag.trim())
  // If-Match compares strongly, so a weak tag matches nothing.
  return tags.includes('*') ? '*' : tags.flatMap((tag) => /^"(.*)"$/.exec(tag)?.[1] ?? [])
}
