// Many gRPC clients in this process: each is a channel with an xDS client of its own, as a node of its own.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { register } from '@grpc/grpc-js-xds'
import { createClient } from '../../services/rpc/index.ts'
import { bootstrapOf } from '../support/grpc-client.ts'
import { FLEET, LISTENER } from './document.ts'
import type { World } from './world.ts'

export interface ManyClients {
  /** One call with each of them, all at once. @returns the backend that answered, or the text of the status */
  readonly callAll: () => Promise<readonly string[]>
}

/** They dial with their first call. @param deadlineMs for each call */
export function openManyClients(world: World, count: number, deadlineMs: number): ManyClients {
  register()
  const clients = Array.from({ length: count }, (_, index) => {
    const bootstrap = bootstrapOf(world.control.xdsAddress, `many-${index + 1}`, FLEET)
    const client = createClient(EchoService, `xds:///${LISTENER}`, {
      // A bootstrap of its own makes an xDS client of its own; those with the one of the process share theirs.
      options: { 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': JSON.stringify(bootstrap) },
    })
    world.teardown(() => client.close())
    return client
  })
  return {
    callAll: () =>
      Promise.all(
        clients.map((client) =>
          client.unary({}, { deadline: Date.now() + deadlineMs }).then(
            ({ backendId }) => backendId,
            (error: Error) => error.message,
          ),
        ),
      ),
  }
}
