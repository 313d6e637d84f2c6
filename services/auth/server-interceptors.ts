// Server interceptors: the identity that the proxy has authenticated, and the roles that a method requires.

import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  type StatusObject,
  status,
} from '@grpc/grpc-js'

/** The caller as the authorizer describes it to services. */
export interface Identity {
  /** The subject of its token, or the name in its certificate. */
  readonly subject: string
  readonly roles: ReadonlySet<string>
}

export const SUBJECT_HEADER = 'x-auth-subject'
export const ROLES_HEADER = 'x-auth-roles'

/** Undefined if the subject is missing or a header occurs more than once: then no proxy has authenticated the caller. */
export function identityOf(metadata: Metadata): Identity | undefined {
  const [subject] = metadata.get(SUBJECT_HEADER)
  const [roles = ''] = metadata.get(ROLES_HEADER)
  // Node joins repeated headers by commas.
  if (subject === undefined || [subject, roles].some((value) => value.includes(', '))) return undefined
  return { subject: String(subject), roles: new Set(String(roles).split(',').filter(Boolean)) }
}

export interface IdentityRules {
  /** The roles that may call a method (one is enough), by the path of the method, such as `/switchyard.kv.v1.KeyValueService/Put`. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** Whether to trust the headers of this connection. A client that bypasses the proxy can write its own. */
  readonly trusts: (connection: Connection) => boolean
}

export interface Connection {
  /** `host:port`; `unknown` on a Unix socket. */
  readonly peer: string
  /** Names of the client's certificate, such as `URI:spiffe://switchyard/edge`; empty without mutual TLS. */
  readonly names: readonly string[]
}

/**
 * A second check behind the policy at the edge: methods with a rule answer UNAUTHENTICATED without an identity from a
 * trusted proxy, and PERMISSION_DENIED without one of the roles. Methods without a rule are not checked.
 */
export function requireIdentity({ roles, trusts }: IdentityRules): ServerInterceptor {
  return ({ path }, call) => {
    const needed = roles[path]
    if (needed === undefined) return new ServerInterceptingCall(call)
    const subjectAltName = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? ''
    const connection = { peer: call.getPeer(), names: subjectAltName.split(', ').filter(Boolean) }
    return new ServerInterceptingCall(call, {
      start: (next) => {
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => {
            const denial = denialOf(trusts(connection) ? identityOf(metadata) : undefined, needed)
            if (denial) call.sendStatus(denial)
            else pass(metadata)
          })
          .build()
        next(listener)
      },
    })
  }
}

function denialOf(
  identity: Identity | undefined,
  needed: readonly string[],
): Pick<StatusObject, 'code' | 'details'> | undefined {
  if (identity === undefined) {
    return {
      code: status.UNAUTHENTICATED,
      details: 'the call has no identity from a trusted proxy',
    }
  }
  if (needed.some((role) => identity.roles.has(role))) return undefined
  return {
    code: status.PERMISSION_DENIED,
    details: `${identity.subject} has none of the roles ${needed.join(', ')}`,
  }
}
