// If-Match: a write names the revision that its author has read. If-None-Match: a read names the one that it has already.
// https://www.rfc-editor.org/rfc/rfc9110#section-13.1

import type { IncomingHttpHeaders } from 'node:http'
import { ETAGS } from '../../api/schemas/request.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { IfMatch, RevisionInfo } from '../store/revision.ts'

/** The revision's ETag as the header has it. */
export function etagHeader({ etag }: RevisionInfo): string {
  return `"${etag}"`
}

/**
 * The ETags in If-Match. Whether one of them is current is decided in the queue of writes, when the ones before are done.
 * @throws SwitchyardError `etag-missing` without the header, `invalid-argument` if it is malformed
 */
export function readIfMatch({ 'if-match': header }: IncomingHttpHeaders): IfMatch {
  if (header !== undefined) return readTags('If-Match', header)
  throw new SwitchyardError(
    'etag-missing',
    'the header If-Match is missing; send the ETag of GET /v1/config, or * to write over any revision',
  )
}

/** Whether the client has the revision already. @throws SwitchyardError `invalid-argument` if the header is malformed */
export function isKnown({ 'if-none-match': header }: IncomingHttpHeaders, { etag }: RevisionInfo): boolean {
  if (header === undefined) return false
  const tags = readTags('If-None-Match', header)
  return tags === '*' || tags.includes(etag)
}

const VALID = new RegExp(ETAGS)
/** What proxies add to the tag of an answer that they compress. */
const SUFFIX = /[-;](gzip|br|zstd|deflate)$/

/**
 * Strictly, a weak tag never matches in If-Match, because it does not stand for certain bytes. An ETag of ours stands for a
 * revision instead, and proxies that compress the answer make it weak (nginx) or add a suffix (Apache, Caddy): with the strict
 * rule no write through them could ever succeed.
 */
function readTags(name: string, header: string): IfMatch {
  if (header === '*') return '*'
  if (!VALID.test(header)) {
    throw new SwitchyardError(
      'invalid-argument',
      `the header ${name} is not a list of ETags: send the ETag of GET /v1/config with its quotes, such as "7-dBmq3vXwE0yAzT1c", or *`,
    )
  }
  return header.split(',').flatMap((text) => {
    const tag = text.trim().replace(/^W\//, '').replaceAll('"', '')
    return SUFFIX.test(tag) ? [tag, tag.replace(SUFFIX, '')] : [tag]
  })
}
