// Roles and what each may do over REST.

/**
 * - `read`: everything that REST shows
 * - `register`: register endpoints, and remove registered ones
 * - `write`: change the desired state
 * - `login`: make login links for a browser
 * - `manage`: make, list and revoke tokens
 */
export type Permission = 'read' | 'register' | 'write' | 'login' | 'manage'

const READING: readonly Permission[] = ['read', 'login']
const WRITING: readonly Permission[] = [...READING, 'register', 'write']

export const PERMISSIONS = {
  viewer: READING,
  operator: WRITING,
  admin: [...WRITING, 'manage'],
  registrar: ['register'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>

export type Role = keyof typeof PERMISSIONS

export const ROLES = Object.keys(PERMISSIONS) as readonly Role[]

/** Who calls, however it was found out: by a token, by a session or by an OpenID Connect token. */
export interface Caller {
  /** Writes have it as their author. */
  readonly name: string
  readonly role: Role
  /** The fleets that it is limited to. Default: all. */
  readonly fleets?: readonly string[]
  /** When it ends, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number
}

export function hasPermission({ role }: Caller, permission: Permission): boolean {
  return (PERMISSIONS[role] as readonly Permission[]).includes(permission)
}

/** The roles that have a permission, for messages. */
export function rolesWith(permission: Permission): readonly Role[] {
  return ROLES.filter((role) => (PERMISSIONS[role] as readonly Permission[]).includes(permission))
}
