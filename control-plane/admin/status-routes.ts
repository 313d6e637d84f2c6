// Looking on: `GET /v1/status` and `GET /healthz`.

import type { FastifyInstance } from 'fastify'
import type { DesiredState } from '../config/desired-state.ts'
import { fleetLbOf } from '../config/fleet-lb.ts'
import type { Acks } from './acks.ts'

export interface StatusRoutesOptions {
  readonly state: DesiredState
  readonly acks: Acks
}

export async function statusRoutes(server: FastifyInstance, { state, acks }: StatusRoutesOptions) {
  server.get('/healthz', async () => ({ status: 'ok' }))

  // Nodes stand beside the fleets, for one whose cluster is no fleet's name is to be seen too.
  server.get('/v1/status', async () => ({
    fleets: Object.fromEntries(
      Object.keys(state.config.fleets).map((name) => [name, { lb: fleetLbOf(state.config, name) }]),
    ),
    nodes: acks.status(),
  }))
}
