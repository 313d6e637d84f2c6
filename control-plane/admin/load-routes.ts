// The calls of nodes, as they report them: `GET /v1/load`.

import type { FastifyInstance } from 'fastify'
import type { Load } from '../../api/schemas/load.ts'
import { type LoadQuery, LoadQuerySchema } from '../../api/schemas/request.ts'
import { routeOf } from './operation.ts'
import type { RoutesOptions } from './routes-options.ts'

export async function loadRoutes(server: FastifyInstance, { loads }: RoutesOptions) {
  server.route<{ Querystring: LoadQuery }>({
    ...routeOf('getLoad', { querystring: LoadQuerySchema }),
    handler: async ({ query }): Promise<Load> => loads.read(query),
  })
}
