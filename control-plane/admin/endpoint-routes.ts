// Endpoints of upstreams: `GET /v1/upstreams/{upstream}/endpoints`, and their registration.

import type { FastifyInstance } from 'fastify'
import type { RegistrationRequest, UpstreamEndpoint, UpstreamEndpoints } from '../../api/schemas/endpoints.ts'
import {
  type EndpointParams,
  EndpointParamsSchema,
  type UpstreamParams,
  UpstreamParamsSchema,
} from '../../api/schemas/request.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'
import { RegistrationSchema } from '../document/check-endpoints.ts'
import { type Body, valueIn } from './body.ts'
import { routeOf } from './operation.ts'
import type { RoutesOptions } from './routes-options.ts'

export async function endpointRoutes(server: FastifyInstance, { endpoints }: RoutesOptions) {
  server.route<{ Params: UpstreamParams }>({
    ...routeOf('listEndpoints', { params: UpstreamParamsSchema }),
    handler: async ({ params }): Promise<UpstreamEndpoints> => endpoints.list(params.upstream),
  })

  server.route<{ Params: EndpointParams; Body: Body | undefined }>({
    ...routeOf('putEndpoint', { params: EndpointParamsSchema, body: RegistrationSchema }),
    handler: async (request, reply): Promise<UpstreamEndpoint> => {
      const { upstream, endpoint: id } = request.params
      const { result, endpoint } = await endpoints.put(upstream, id, readBody(request.body))
      request.isRenewal = result === 'renewed'
      reply.code(result === 'added' ? 201 : 200)
      return endpoint
    },
  })

  server.route<{ Params: EndpointParams }>({
    ...routeOf('deleteEndpoint', { params: EndpointParamsSchema }),
    handler: async ({ params }, reply) => {
      await endpoints.delete(params.upstream, params.endpoint)
      return reply.code(204).send()
    },
  })
}

/** @throws SwitchyardError `invalid-argument` */
function readBody(body: Body | undefined): RegistrationRequest {
  const value = valueIn(body)
  if (isMap(value)) return value as RegistrationRequest
  const message = 'the body must be an endpoint such as {"address":"10.0.0.7:8080"}'
  throw new SwitchyardError('invalid-argument', message)
}
