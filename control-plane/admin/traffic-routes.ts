// The traffic of fleets, as their Envoys count it: `GET /v1/traffic`.

import type { FastifyInstance } from 'fastify'
import { type TrafficQuery, TrafficQuerySchema } from '../../api/schemas/request.ts'
import type { Traffic } from '../../api/schemas/traffic.ts'
import { routeOf } from './operation.ts'
import type { RoutesOptions } from './routes-options.ts'

export async function trafficRoutes(server: FastifyInstance, { traffic }: RoutesOptions) {
  server.route<{ Querystring: TrafficQuery }>({
    ...routeOf('getTraffic', { querystring: TrafficQuerySchema }),
    handler: async ({ query: { fleet, minutes } }): Promise<Traffic> =>
      traffic.read({
        ...(fleet !== undefined && { fleet }),
        ...(minutes !== undefined && { minutes: Number(minutes) }),
      }),
  })
}
