// A server interceptor that checks the token of every call itself, where no proxy in front of the service does.

import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js'
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'

export interface TokenRules {
  /** Such as `createRemoteJWKSet(url)` of jose. */
  readonly keys: JWTVerifyGetKey
  readonly issuer: string
  readonly audience: string
  /** A token needs one of them in its claim `roles`. */
  readonly roles: readonly string[]
}

/**
 * Calls without a valid token end with UNAUTHENTICATED: another token would help. Calls with a valid token without one of the
 * roles end with PERMISSION_DENIED: this caller may not, whatever it sends. If the keys cannot be had, nobody knows: UNAVAILABLE.
 */
export function requireToken(rules: TokenRules): ServerInterceptor {
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => {
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => {
            void denialOf(metadata, rules).then((denial) =>
              denial ? call.sendStatus(denial) : pass(metadata),
            )
          })
          .build()
        next(listener)
      },
    })
}

async function denialOf(metadata: Metadata, { keys, issuer, audience, roles }: TokenRules) {
  const [, token] = /^Bearer (\S+)$/.exec(String(metadata.get('authorization')[0] ?? '')) ?? []
  if (token === undefined) {
    return {
      code: status.UNAUTHENTICATED,
      details: 'the call has no token; send "authorization: Bearer TOKEN"',
    }
  }
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience })
    if (rolesOf(payload).some((role) => typeof role === 'string' && roles.includes(role))) return undefined
    return {
      code: status.PERMISSION_DENIED,
      details: `${payload.sub} has none of the roles ${roles.join(', ')}`,
    }
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
      return { code: status.UNAVAILABLE, details: 'the keys of the issuer cannot be fetched; try again' }
    }
    return { code: status.UNAUTHENTICATED, details: `the token is invalid: ${error.message}` }
  }
}

function rolesOf({ roles }: JWTPayload): readonly unknown[] {
  return Array.isArray(roles) ? roles : [roles]
}
