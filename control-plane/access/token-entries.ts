// The entries of the token file: reading them, with all problems at once.

import type { Problem } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'
import { ROLES, type Role } from './roles.ts'

/** One token. It has either the token itself, as whoever writes the file by hand gives it, or its digest. */
export interface TokenEntry {
  readonly role: Role
  readonly token?: string
  /** SHA-256 of the token in hexadecimal, as `sha256sum` prints it. */
  readonly sha256?: string
  /** The fleets that it is limited to. Default: all. */
  readonly fleets?: readonly string[]
  /** ISO 8601. Default: it has no end. */
  readonly expiresAt?: string
  /** ISO 8601. Written by REST. */
  readonly createdAt?: string
  /** The name of the caller that made it. Written by REST. */
  readonly createdBy?: string
}

export type TokenEntries = Readonly<Record<string, TokenEntry>>

/** Long enough that nobody can guess one. Tokens that the control plane creates have 43 characters. */
const SHORTEST = 32
/** Authors of revisions that are not callers, so a token cannot have their names. */
const RESERVED = ['file', 'rest', 'system']
/** Names of callers with tokens of an OpenID Connect issuer begin so. */
export const OIDC_PREFIX = 'oidc:'
const FIELDS = ['role', 'token', 'sha256', 'fleets', 'expiresAt', 'createdAt', 'createdBy']

/** Why a name cannot be that of a token; undefined if it can. */
export function problemOfName(name: string): string | undefined {
  if (RESERVED.includes(name)) return 'is a reserved name: choose another'
  return name.startsWith(OIDC_PREFIX)
    ? `begins with "${OIDC_PREFIX}", which is for tokens of an OpenID Connect issuer: choose another name`
    : undefined
}

export function problemsOfEntries(entries: unknown): readonly Problem[] {
  if (!isMap(entries)) return [{ path: '', message: 'must be a map of tokens by name' }]
  return Object.entries(entries).flatMap(([name, entry]) => problemsOfEntry(name, isMap(entry) ? entry : {}))
}

function problemsOfEntry(name: string, entry: Readonly<Record<string, unknown>>): readonly Problem[] {
  const { role, token, sha256, fleets, expiresAt } = entry
  const problems: Problem[] = []
  const reject = (field: string, message: string) => {
    problems.push({ path: field === '' ? name : `${name}.${field}`, message })
  }
  const ofName = problemOfName(name)
  if (ofName !== undefined) reject('', ofName)
  if (!ROLES.some((one) => one === role)) reject('role', `must be one of ${ROLES.join(', ')}`)
  if (sha256 === undefined) {
    if (typeof token !== 'string' || !/^[\w.~+/=-]+$/.test(token) || token.length < SHORTEST) {
      const what = `must be at least ${SHORTEST} letters, digits or -._~+/=, such as openssl rand -hex 32 gives`
      reject('token', what)
    }
  } else if (token !== undefined) {
    reject('sha256', 'is beside "token": keep one of them')
  } else if (typeof sha256 !== 'string' || !/^[\da-f]{64}$/.test(sha256)) {
    reject('sha256', 'must be 64 hexadecimal digits in lower case, as sha256sum prints them')
  }
  if (fleets !== undefined && !isNames(fleets)) reject('fleets', 'must be a list of names of fleets')
  if (fleets !== undefined && role === 'admin') reject('fleets', 'must be left out: an admin has all fleets')
  if (expiresAt !== undefined && !isTime(expiresAt))
    reject('expiresAt', 'must be a time such as 2030-01-31T00:00:00Z')
  for (const field of Object.keys(entry).filter((one) => !FIELDS.includes(one))) {
    reject(field, `is not a field of a token: use ${FIELDS.join(', ')}`)
  }
  return problems
}

/** An empty list would read like "no limit" and mean "no fleet". */
function isNames(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one !== '')
  )
}

/** With a time zone: without one it would depend on the host when a token ends. */
function isTime(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  )
}
