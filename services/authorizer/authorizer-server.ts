// The authorizer: Envoy's ext_authz and health on one address, deciding in this process.

import { Authorization, type CheckRequest } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { Server } from '@grpc/grpc-js'
import type { ListenAddress, Tls } from '../draining-listener.ts'
import { addService } from '../rpc/index.ts'
import { type ServedService, serveWithHealth } from '../serve-with-health.ts'
import { toCheckResponse } from './check-response.ts'
import { type Decision, deny } from './decision.ts'
import type { DecisionLog } from './decision-log.ts'
import type { Policy } from './policy.ts'
import { toPolicyInput } from './policy-input.ts'

export interface AuthorizerOptions {
  readonly listen: ListenAddress
  /** The policy in force; it may change between two calls. */
  readonly policy: { readonly current: Policy }
  readonly log?: DecisionLog
  /** Plaintext without it. */
  readonly tls?: Tls
}

const SERVER_OPTIONS = {
  // A body of up to 4 MiB (`maxBody`), and what Envoy sends beside it.
  'grpc.max_receive_message_length': 5 * 1024 * 1024,
  'grpc.max_concurrent_streams': 1_024,
}

/** Errors are those of `DrainingListener.listen`. */
export async function startAuthorizer({
  listen,
  policy,
  log,
  tls,
}: AuthorizerOptions): Promise<ServedService> {
  const server = new Server(SERVER_OPTIONS)
  addService(server, Authorization, {
    async check(request) {
      const input = toPolicyInput(request)
      // One policy decides and is logged, even if another one is activated meanwhile.
      const { current } = policy
      const decision: Decision = 'denial' in input ? deny(input.denial) : await current.decide(input)
      log?.write({ input, decision, revision: current.revision })
      return toCheckResponse(decision, namesOf(request))
    },
  })
  return serveWithHealth(server, Authorization.typeName, listen, tls)
}

function namesOf({ attributes }: CheckRequest): readonly string[] {
  return attributes?.request?.http?.headerMap?.headers.map(({ key }) => key) ?? []
}
