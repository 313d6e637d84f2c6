// The gRPC health service.

import type { Server } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'

/**
 * Adds the health service to `server`. All services start as SERVING.
 * @param names of its services; the empty name, which stands for the server, is added
 */
export function addHealth(server: Server, names: readonly string[]): { stopServing(): void } {
  const all = ['', ...names]
  const health = new HealthImplementation(Object.fromEntries(all.map((name) => [name, 'SERVING'])))
  health.addToServer(server)
  return {
    stopServing() {
      for (const name of all) health.setStatus(name, 'NOT_SERVING')
    },
  }
}
