// The cells of the benchmark: one Envoy for each combination of security filters, all in front of one service.

export interface Parts {
  /** Addresses. */
  readonly echo: string
  readonly oursTcp: string
  readonly oursUnix: string
  readonly peerTcp: string
  readonly peerUnix: string
  /** The public keys of the issuer of tokens. */
  readonly keySet: object
  readonly port: number
}

/** A row of the report; `fleet` is the name of its fleet. */
export interface Cell {
  readonly fleet: string
  readonly title: string
  readonly checks: readonly ('jwt' | 'opa')[]
  readonly authorizer?: 'oursTcp' | 'oursUnix' | 'peerTcp' | 'peerUnix'
  readonly mutualTls?: boolean
}

export const CELLS: readonly Cell[] = [
  { fleet: 'none', title: 'no policy', checks: [] },
  { fleet: 'jwt', title: 'JWT', checks: ['jwt'] },
  { fleet: 'opa-unix', title: 'OPA, ours, Unix socket', checks: ['opa'], authorizer: 'oursUnix' },
  { fleet: 'peer-unix', title: 'OPA, Go, Unix socket', checks: ['opa'], authorizer: 'peerUnix' },
  { fleet: 'opa-tcp', title: 'OPA, ours, TCP', checks: ['opa'], authorizer: 'oursTcp' },
  { fleet: 'peer-tcp', title: 'OPA, Go, TCP', checks: ['opa'], authorizer: 'peerTcp' },
  { fleet: 'both', title: 'JWT and OPA, ours, Unix socket', checks: ['jwt', 'opa'], authorizer: 'oursUnix' },
  { fleet: 'mtls', title: 'mutual TLS', checks: [], mutualTls: true },
]

/** Checks that go from the load to an authorizer, with no Envoy between them: the hop alone. */
export const CHECKS_ALONE = [
  { title: 'check alone, ours, Unix socket', authorizer: 'oursUnix' },
  { title: 'check alone, Go, Unix socket', authorizer: 'peerUnix' },
  { title: 'check alone, ours, TCP', authorizer: 'oursTcp' },
  { title: 'check alone, Go, TCP', authorizer: 'peerTcp' },
] as const

export const ISSUER = 'https://issuer.bench'
export const AUDIENCE = 'echo'

/** Data of the policy in policies/authz: every caller has the role user, so the full policy also runs without a token. */
export const POLICY_DATA = {
  access: {
    methods: { 'switchyard.echo.v1.EchoService/Unary': { roles: ['user'] } },
    issuers: { main: { roles: ['user'] } },
    services: { '': { roles: ['user'] } },
  },
}

export function documentOf(
  { fleet, checks, authorizer = 'oursUnix', mutualTls = false }: Cell,
  parts: Parts,
) {
  const at = (address: string) => ({ endpoints: { a: { address } } })
  return {
    version: 1,
    upstreams: { echo: at(parts.echo), authorizer: at(parts[authorizer]) },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    secrets: { edge: { certificate: 'edge.pem', key: 'edge.key' }, mesh: { ca: 'ca.pem' } },
    jwt: { main: { issuer: ISSUER, audiences: [AUDIENCE], jwks: { inline: parts.keySet } } },
    fleets: {
      [fleet]: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: {
          main: {
            port: parts.port,
            l7: { routes: 'all' },
            ...(mutualTls && { tls: { enabled: true, certificate: 'edge', clientCa: 'mesh' } }),
          },
        },
        security: {
          jwt: { enabled: checks.includes('jwt'), anyOf: ['main'] },
          opa: { enabled: checks.includes('opa'), upstream: 'authorizer', timeout: '2s' },
        },
      },
    },
  }
}
