// What each operation needs: a permission of the caller's role, and which fleets it is about.

import type { OperationId } from '../../api/operations.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { type Caller, hasPermission, type Permission, rolesWith } from '../access/roles.ts'
import { upstreamsOnlyOf } from '../document/fleet-limits.ts'
import type { Config } from '../document/model.ts'

/** What a caller that is limited to fleets may do with an operation. */
type Scope =
  /** It is about the fleet in its path. */
  | 'fleet'
  /** It is about the upstream in its path. */
  | 'upstream'
  /** It is about all fleets, or the one in `?fleet=`. */
  | 'query'
  /** The handler compares the documents before and after. */
  | 'document'
  /** It is about the caller. */
  | 'caller'
  /** It shows or changes what belongs to all fleets. */
  | 'all'

interface Need {
  /** Undefined if every caller may do it. */
  readonly permission: Permission | undefined
  readonly scope: Scope
}

const NEEDS = {
  getConfig: { permission: 'read', scope: 'all' },
  putConfig: { permission: 'write', scope: 'document' },
  patchConfig: { permission: 'write', scope: 'document' },
  getLb: { permission: 'read', scope: 'fleet' },
  putLb: { permission: 'write', scope: 'fleet' },
  listEndpoints: { permission: 'read', scope: 'upstream' },
  putEndpoint: { permission: 'register', scope: 'upstream' },
  deleteEndpoint: { permission: 'register', scope: 'upstream' },
  listRevisions: { permission: 'read', scope: 'all' },
  getRevision: { permission: 'read', scope: 'all' },
  getProgress: { permission: 'read', scope: 'all' },
  getEvents: { permission: 'read', scope: 'all' },
  getStatus: { permission: 'read', scope: 'all' },
  getLoad: { permission: 'read', scope: 'query' },
  getTestbedLoad: { permission: 'read', scope: 'all' },
  putTestbedLoad: { permission: 'write', scope: 'all' },
  getTraffic: { permission: 'read', scope: 'query' },
  listDashboards: { permission: 'read', scope: 'all' },
  getPanel: { permission: 'read', scope: 'all' },
  getSnapshot: { permission: 'read', scope: 'fleet' },
  deleteStreams: { permission: 'write', scope: 'fleet' },
  // The page shows all fleets.
  createLoginLink: { permission: 'login', scope: 'all' },
  createSession: { permission: undefined, scope: 'caller' },
  getSession: { permission: undefined, scope: 'caller' },
  deleteSession: { permission: undefined, scope: 'caller' },
  listTokens: { permission: 'manage', scope: 'all' },
  createToken: { permission: 'manage', scope: 'all' },
  deleteToken: { permission: 'manage', scope: 'all' },
  getHealth: { permission: undefined, scope: 'caller' },
  getReadiness: { permission: undefined, scope: 'caller' },
} as const satisfies Readonly<Record<OperationId, Need>>

/** What is no operation, such as an unknown path and the metrics, shows something of all fleets, or could be a write. */
const OTHER_READ: Need = { permission: 'read', scope: 'all' }
const OTHER_WRITE: Need = { permission: 'write', scope: 'all' }
const READING = ['GET', 'HEAD', 'OPTIONS']

export function isReading(method: string): boolean {
  return READING.includes(method)
}

export interface AskedFor {
  readonly id: string | undefined
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
}

/**
 * @param who for messages, such as `the token "ci"`
 * @throws SwitchyardError `forbidden` if the role of the caller does not allow it, or its fleets do not
 */
export function rejectForbidden(caller: Caller, who: string, asked: AskedFor, config: Config): void {
  const other = isReading(asked.method) ? OTHER_READ : OTHER_WRITE
  const { permission, scope } = asked.id === undefined ? other : (ownNeed(asked.id) ?? other)
  if (permission !== undefined && !hasPermission(caller, permission)) {
    const roles = rolesWith(permission).join(' or ')
    throw new SwitchyardError(
      'forbidden',
      `${who} has the role ${caller.role}: ${WORDS[permission]} needs the role ${roles} (for the page: a link of "yard ui")`,
    )
  }
  if (caller.fleets === undefined || isWithin(caller.fleets, scope, asked, config)) return
  throw new SwitchyardError(
    'forbidden',
    `${who} is limited to ${listOf(caller.fleets)}, and this is about others: ${HINTS[scope]}`,
  )
}

const WORDS = {
  read: 'a read',
  write: 'a write',
  register: 'a registration',
  login: 'a login link',
  manage: 'a change or a list of tokens',
} as const satisfies Readonly<Record<Permission, string>>

const HINTS = {
  fleet: 'name one of its fleets in the path',
  upstream: 'name an upstream that these fleets reach and no other fleet does',
  query: 'add ?fleet= with one of its fleets',
  all: 'use a token without a limit',
  document: '',
  caller: '',
} as const satisfies Readonly<Record<Scope, string>>

function ownNeed(id: string): Need | undefined {
  return Object.hasOwn(NEEDS, id) ? NEEDS[id as OperationId] : undefined
}

function isWithin(
  fleets: readonly string[],
  scope: Scope,
  { params, query }: AskedFor,
  config: Config,
): boolean {
  switch (scope) {
    case 'fleet':
      return fleets.some((one) => one === params.fleet)
    case 'query':
      return fleets.some((one) => one === query.fleet)
    case 'upstream':
      return upstreamsOnlyOf(config, fleets).has(String(params.upstream))
    case 'all':
      return false
    case 'document':
    case 'caller':
      return true
  }
}

function listOf(fleets: readonly string[]): string {
  return `${fleets.length === 1 ? 'the fleet' : 'the fleets'} ${fleets.map((one) => `"${one}"`).join(', ')}`
}
