// Statuses of callers who may not: by tokens that a service checks itself, and that Envoy checks.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import { type Cause, RETRY, type Scene } from './cause.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

type TokenOf = (scene: Scene) => Promise<string | undefined>

function callWith(tokenOf: TokenOf) {
  return async (scene: Scene): Promise<Outcome> => {
    const token = await tokenOf(scene)
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const metadata = Metadata.fromHttp2Headers(headers)
    return await scene.parts.with(EchoService, 'guarded', scene.way, (echo) =>
      outcomeOf(echo.unary({}, { metadata })),
    )
  }
}

const service = { by: 'service' } as const

export const CAUSES_OF_ACCESS: readonly Cause[] = [
  {
    id: 'role-that-may',
    code: status.OK,
    what: 'a token with the role that the rule names',
    ...service,
    retry: RETRY.unneeded,
    provoke: callWith(({ parts }) => parts.edge.token(['reader'])),
  },
  {
    id: 'no-token',
    code: status.UNAUTHENTICATED,
    what: 'no token: nobody knows who calls',
    ...service,
    retry: RETRY.newToken,
    provoke: callWith(async () => undefined),
  },
  {
    id: 'expired-token',
    code: status.UNAUTHENTICATED,
    what: 'a token that has expired',
    ...service,
    retry: RETRY.newToken,
    // Envoy allows clocks to differ by a minute.
    provoke: callWith(({ parts }) => parts.edge.token(['reader'], -120)),
  },
  {
    id: 'other-role',
    code: status.PERMISSION_DENIED,
    what: 'a valid token whose role the rule does not name',
    ...service,
    retry: RETRY.never,
    provoke: callWith(({ parts }) => parts.edge.token(['writer'])),
  },
]
