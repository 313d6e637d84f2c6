// The authorizer: Envoy's ext_authz and health on one address, deciding in this process.

import { Authorization, type CheckRequest } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { Server } from '@grpc/grpc-js'
import { DrainingListener, type ListenAddress } from '../draining-listener.ts'
import { addHealth } from '../health.ts'
import { addService } from '../rpc/index.ts'
import { toCheckResponse } from './check-response.ts'
import { type Decision, deny } from './decision.ts'
import type { DecisionLog } from './decision-log.ts'
import type { Policy } from './policy.ts'
import { toPolicyInput } from './policy-input.ts'

const STOP_GRACE_MS = 2_000

export interface AuthorizerOptions {
  readonly listen: ListenAddress
  readonly policy: Policy
  readonly log?: DecisionLog
}

export interface Authorizer {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  /** Sends GOAWAY on all open connections and serves new ones. @returns the number of connections that got GOAWAY */
  drain(): number
  /** Reports NOT_SERVING, gives checks in progress two seconds to end, then closes their connections. */
  close(): Promise<void>
}

/** Errors are those of `DrainingListener.listen`. */
export async function startAuthorizer({ listen, policy, log }: AuthorizerOptions): Promise<Authorizer> {
  const server = new Server()
  addService(server, Authorization, {
    async check(request) {
      const input = toPolicyInput(request)
      const decision: Decision = 'denial' in input ? deny(input.denial) : policy.decide(input)
      log?.write({ input, decision, revision: policy.revision })
      return toCheckResponse(decision, namesOf(request))
    },
  })
  const health = addHealth(server, [Authorization.typeName])
  const listener = new DrainingListener(server)
  const address = await listener.listen(listen)
  return {
    address,
    drain: () => listener.drain(),
    close() {
      health.stopServing()
      return listener.close(STOP_GRACE_MS)
    },
  }
}

function namesOf({ attributes }: CheckRequest): readonly string[] {
  return attributes?.request?.http?.headerMap?.headers.map(({ key }) => key) ?? []
}
