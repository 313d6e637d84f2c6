// When REST answers with which error code, for the API document.

import type { ErrorCode } from '../core/errors.ts'

export const PROBLEM_DESCRIPTIONS = {
  'invalid-argument': 'A parameter or a header is invalid, or the body is malformed.',
  unauthenticated: 'The request has no token, session or login code, or an unknown, expired or revoked one.',
  forbidden:
    'The role of the caller does not allow this, or its token is limited to other fleets; or a page of another origin sent it with the cookie of a session.',
  'already-exists': 'There is a token with this name already.',
  'not-found': 'What the path names does not exist.',
  'limit-reached': 'The limit of endpoints or tokens is reached.',
  'request-timeout': 'The request did not arrive completely in time.',
  'stale-etag':
    'The document has changed since it was read; nothing was written. Read it again and repeat the edit.',
  'payload-too-large': 'The body is larger than 4 MiB.',
  'unsupported-media-type': 'The body is neither JSON nor YAML, or compressed, or not in UTF-8.',
  'invalid-config': 'The document would be invalid; `problems` lists each path.',
  'inconsistent-snapshot': 'A resource would refer to one that does not exist.',
  'etag-missing': 'The header `If-Match` is missing.',
  'storage-full':
    'Revisions cannot be written, because the disk is full. Nothing was changed, and reads go on.',
  'too-many-attempts':
    'This address sent too many bad tokens or login codes; wait as long as `Retry-After` says.',
  'misdirected-request':
    'The header `Host` is neither an address of this control plane nor a name of `--admin-host`.',
  'headers-too-large': 'The headers are larger than 16 KiB.',
  internal: 'A bug in Switchyard, or a disk that fails.',
  unreachable: 'The control plane is shutting down.',
} as const satisfies Partial<Record<ErrorCode, string>>

export type DescribedCode = keyof typeof PROBLEM_DESCRIPTIONS
