// Fleets of gRPC servers: addresses that a server can listen on, each once.

import { isIP } from 'node:net'
import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { serverListenerName } from '../server-listener-name.ts'

export function* checkGrpcServers({ fleets }: Config): Iterable<PlacedProblem> {
  for (const [name, fleet] of Object.entries(fleets)) {
    if (fleet.kind !== 'grpc-server') continue
    const idOf = new Map<string, string>()
    for (const [id, listener] of Object.entries(fleet.listeners)) {
      const steps = ['fleets', name, 'listeners', id]
      if (isIP(listener.address) === 0) {
        yield {
          steps: [...steps, 'address'],
          message: `"${listener.address}" is not an IP address: write the one that the servers listen on, such as 127.0.0.1 or 0.0.0.0`,
        }
      }
      const resource = serverListenerName(listener)
      const twin = idOf.get(resource)
      if (twin !== undefined) {
        yield {
          steps,
          message: `has the address and port of ${twin}, and a server asks for one listener by them: remove one`,
        }
      }
      idOf.set(resource, id)
    }
  }
}
