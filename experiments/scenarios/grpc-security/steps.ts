// The steps of the scenario: what each one changes, and the statuses that every caller must get afterwards.

/** Statuses by method, in the order of METHODS: 0 OK, 7 PERMISSION_DENIED, 14 UNAVAILABLE, 16 UNAUTHENTICATED. */
type Statuses = readonly [unary: number, bidirectional: number, put: number]

export interface Change {
  /** A merge patch of the fleet. */
  readonly patch: object
  /** What the load uses once the change is in force. Default: no change. */
  readonly loadMovesTo?: 'tls' | 'plaintext'
}

export interface Step {
  readonly title: string
  /** Applied one after the other. */
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
const checks = (jwt: object, opa: object, rbac: object) => ({ security: { jwt, opa, rbac } })
const change = (patch: object): readonly Change[] => [{ patch }]
const tls = (settings: object) => ({ listeners: { main: { tls: settings } } })

const SHADOW = { enabled: true, shadow: true }
const ENFORCED = { enabled: true, shadow: false }
/** Serves TLS and plaintext, so that clients can move one by one. */
const PERMISSIVE = { enabled: true, requireClient: false, allowPlaintext: true }
const MUTUAL = { enabled: true, requireClient: true, allowPlaintext: false }

const plaintext = { tls: false, attackersHaveCertificate: true, open: false } as const

export const STEPS: readonly Step[] = [
  { title: 'open', changes: [], ...plaintext, open: true, expected: OPEN },
  { title: 'JWT', changes: change(checks(on, off, off)), ...plaintext, expected: TOKENS },
  { title: 'JWT and OPA', changes: change(checks(on, on, off)), ...plaintext, expected: ROLES },
  {
    title: 'JWT and rules in shadow',
    changes: change(checks(on, off, SHADOW)),
    ...plaintext,
    expected: TOKENS,
  },
  { title: 'JWT and rules', changes: change(checks(on, off, ENFORCED)), ...plaintext, expected: ROLES },
  {
    title: 'TLS beside plaintext',
    changes: [{ patch: { ...checks(off, off, off), ...tls(PERMISSIVE) }, loadMovesTo: 'tls' }],
    ...{ tls: true, attackersHaveCertificate: false, open: true },
    // A certificate of another authority fails the handshake, even if no certificate is required.
    expected: { ...OPEN, stranger: NO_HANDSHAKE },
  },
  {
    title: 'mutual TLS',
    changes: change(tls(MUTUAL)),
    ...{ tls: true, attackersHaveCertificate: false, open: false },
    expected: { ...OPEN, anonymous: NO_HANDSHAKE, stranger: NO_HANDSHAKE },
  },
  {
    title: 'all together',
    changes: change(checks(on, on, ENFORCED)),
    ...{ tls: true, attackersHaveCertificate: true, open: false },
    expected: { ...ROLES, anonymous: NO_HANDSHAKE, stranger: NO_HANDSHAKE },
  },
  {
    title: 'open again',
    changes: [
      { patch: { ...checks(off, off, off), ...tls(PERMISSIVE) }, loadMovesTo: 'plaintext' },
      { patch: tls(off) },
    ],
    ...plaintext,
    open: true,
    expected: OPEN,
  },
]
