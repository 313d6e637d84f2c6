// The steps of the scenario: the settings of each one, and the statuses that every caller must get with them.

/** Statuses by method, in the order of METHODS: 0 OK, 7 PERMISSION_DENIED, 14 UNAVAILABLE, 16 UNAUTHENTICATED. */
type Statuses = readonly [unary: number, bidirectional: number, put: number]

/** A merge patch of the fleet that sets every switch that any step changes. */
export type Settings = ReturnType<typeof settings>

export interface Change {
  readonly settings: Settings
  /** What the load uses once the change is in force. */
  readonly load: 'tls' | 'plaintext'
}

export interface Step {
  readonly id: string
  /** Of the curriculum. */
  readonly row: string
  readonly title: string
  /** Applied one after the other to the settings of the step before. */
  readonly changes: readonly Change[]
  /** Whether callers use TLS. */
  readonly tls: boolean
  /** Whether attackers have a valid client certificate. */
  readonly attackersHaveCertificate: boolean
  /** Whether attacks get in: without a security filter they are ordinary calls. */
  readonly open: boolean
  readonly expected: Readonly<Record<string, Statuses>>
}

const ALL: Statuses = [0, 0, 0]
const NO_TOKEN: Statuses = [16, 16, 16]
const NO_HANDSHAKE: Statuses = [14, 14, 14]
const ONLY_UNARY: Statuses = [0, 7, 7]

const OPEN = { anonymous: ALL, user: ALL, admin: ALL, stranger: ALL, service: ALL }
const TOKENS = { ...OPEN, anonymous: NO_TOKEN, stranger: NO_TOKEN, service: NO_TOKEN }
const ROLES = { ...TOKENS, user: ONLY_UNARY }

const on = { enabled: true }
const off = { enabled: false }
const SHADOW = { enabled: true, shadow: true }
const ENFORCED = { enabled: true, shadow: false }
/** Serves TLS and plaintext, so that clients can move one by one. */
const PERMISSIVE = { enabled: true, requireClient: false, allowPlaintext: true }
const MUTUAL = { enabled: true, requireClient: true, allowPlaintext: false }

function settings({ jwt = off, opa = off, rbac = off, tls = off }: Readonly<Record<string, object>>) {
  return { security: { jwt, opa, rbac }, listeners: { main: { tls } } }
}

const inPlaintext = (switches: Readonly<Record<string, object>>): readonly Change[] => [
  { settings: settings(switches), load: 'plaintext' },
]
const overTls = (switches: Readonly<Record<string, object>>): readonly Change[] => [
  { settings: settings(switches), load: 'tls' },
]

/** What the testbed begins with, and what it is at the end. */
export const OPEN_TO_ALL: Change = { settings: settings({}), load: 'plaintext' }

const plaintext = { tls: false, attackersHaveCertificate: true, open: false } as const

export const STEPS: readonly Step[] = [
  { id: 'open', row: 'O6.4', title: 'open', changes: [], ...plaintext, open: true, expected: OPEN },
  {
    ...{ id: 'jwt', row: 'O6.4', title: 'JWT' },
    changes: inPlaintext({ jwt: on }),
    ...plaintext,
    expected: TOKENS,
  },
  {
    ...{ id: 'jwt-and-opa', row: 'O6.8', title: 'JWT and OPA' },
    changes: inPlaintext({ jwt: on, opa: on }),
    ...plaintext,
    expected: ROLES,
  },
  {
    ...{ id: 'jwt-and-rules-in-shadow', row: 'O6.7', title: 'JWT and rules in shadow' },
    changes: inPlaintext({ jwt: on, rbac: SHADOW }),
    ...plaintext,
    expected: TOKENS,
  },
  {
    ...{ id: 'jwt-and-rules', row: 'O6.7', title: 'JWT and rules' },
    changes: inPlaintext({ jwt: on, rbac: ENFORCED }),
    ...plaintext,
    expected: ROLES,
  },
  {
    ...{ id: 'tls-beside-plaintext', row: 'O6.1', title: 'TLS beside plaintext' },
    changes: overTls({ tls: PERMISSIVE }),
    ...{ tls: true, attackersHaveCertificate: false, open: true },
    // A certificate of another authority fails the handshake, even if no certificate is required.
    expected: { ...OPEN, stranger: NO_HANDSHAKE },
  },
  {
    ...{ id: 'mutual-tls', row: 'O6.2', title: 'mutual TLS' },
    changes: overTls({ tls: MUTUAL }),
    ...{ tls: true, attackersHaveCertificate: false, open: false },
    expected: { ...OPEN, anonymous: NO_HANDSHAKE, stranger: NO_HANDSHAKE },
  },
  {
    ...{ id: 'all-together', row: 'O6.2', title: 'all together' },
    changes: overTls({ jwt: on, opa: on, rbac: ENFORCED, tls: MUTUAL }),
    ...{ tls: true, attackersHaveCertificate: true, open: false },
    expected: { ...ROLES, anonymous: NO_HANDSHAKE, stranger: NO_HANDSHAKE },
  },
  {
    ...{ id: 'open-again', row: 'O6.1', title: 'open again' },
    changes: [...inPlaintext({ tls: PERMISSIVE }), OPEN_TO_ALL],
    ...plaintext,
    open: true,
    expected: OPEN,
  },
]

/** What is in force when a step begins. */
export function beforeStep(step: Step): Change {
  return STEPS[STEPS.indexOf(step) - 1]?.changes.at(-1) ?? OPEN_TO_ALL
}
