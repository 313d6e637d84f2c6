// The parts that security needs (issuer, authorizer, certificates), and the document's security switches, turned off.

import { KEY_SET_PATH } from '../services/issuer/issuer-server.ts'
import { keepAuthorizer } from './authorizer.ts'
import { writeCertificates } from './certificates/folder.ts'
import { type Document, firstLocalEndpointOf } from './document.ts'
import { ISSUER, type IssuerAddresses, keepIssuer } from './issuer.ts'
import type { PartContext } from './parts.ts'

/** The names of their upstreams in the document. */
export const SECURITY_UPSTREAMS: readonly string[] = ['issuer', 'authorizer']

/** The default audience of the issuer's tokens. */
export const AUDIENCE = 'echo'

const ENTRY = 'main'
const LOOPBACK = '127.0.0.1:0'

/** Their addresses. */
export interface SecurityParts {
  readonly issuer: IssuerAddresses
  readonly authorizer: string
}

/**
 * Starts them; with a given document on the addresses of its upstreams `issuer` and `authorizer`.
 * @throws SwitchyardError `process-failed` if a part does not start
 */
export async function startSecurity(context: PartContext, given: Document = {}): Promise<SecurityParts> {
  const [issuer, authorizer] = await Promise.all([
    keepIssuer(context, firstLocalEndpointOf(given, 'issuer') ?? LOOPBACK),
    keepAuthorizer(context, firstLocalEndpointOf(given, 'authorizer')),
    writeCertificates(context.folder),
  ])
  return { issuer, authorizer }
}

/** The security sections of a generated document. All switches are off. */
export function generateSecurity({ issuer, authorizer }: SecurityParts) {
  return {
    upstreams: {
      issuer: { protocol: 'http1', endpoints: { i1: { address: issuer.address } } },
      authorizer: { endpoints: { a1: { address: authorizer } } },
    },
    document: {
      secrets: {
        'edge-server': { certificate: 'edge.pem', key: 'edge.key' },
        mesh: { ca: 'ca.pem' },
      },
      jwt: {
        [ENTRY]: {
          issuer: ISSUER,
          audiences: [AUDIENCE],
          jwks: { upstream: 'issuer', path: KEY_SET_PATH },
          claims: { 'x-subject': 'sub' },
        },
      },
    },
    security: {
      jwt: { enabled: false, anyOf: [ENTRY], public: ['grpc.health.v1.Health/Check'] },
      // All parts share one machine: a busy one must not look like an authorizer that is down.
      opa: { enabled: false, upstream: 'authorizer', timeout: '2s' },
      rbac: { enabled: false, shadow: true, rules: RULES },
    },
    tls: { enabled: false, certificate: 'edge-server', clientCa: 'mesh', requireClient: true },
  }
}

/** Users may call one method, admins all. */
const RULES = {
  users: {
    methods: ['switchyard.echo.v1.EchoService/Unary'],
    token: { from: ENTRY, claims: { roles: 'user' } },
  },
  admins: { token: { from: ENTRY, claims: { roles: 'admin' } } },
}
