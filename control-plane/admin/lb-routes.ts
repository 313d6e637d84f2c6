// The load-balancing switch of a fleet: `GET|PUT /v1/fleets/{fleet}/lb`.

import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { LbRequestSchema } from '../../api/schemas/lb.ts'
import {
  type FleetParams,
  FleetParamsSchema,
  IfNoneMatchSchema,
  OptionalIfMatchSchema,
  type WaitQuery,
  WaitQuerySchema,
} from '../../api/schemas/request.ts'
import { fleetLbOf, withFleetLb } from '../document/fleet-lb.ts'
import { FleetLbSchema } from '../document/model.ts'
import { authorOf } from './access.ts'
import { PendingAnswer } from './answers.ts'
import { type Body, valueIn } from './body.ts'
import { EXAMPLE_LB } from './examples.ts'
import { routeOf } from './operation.ts'
import { etagHeader, isKnown, readIfMatch } from './preconditions.ts'
import type { RoutesOptions } from './routes-options.ts'

/** The options of every policy: the ones that a fleet may keep its policy with are among them. */
function anyOptions(): Readonly<Record<string, TSchema>> {
  const { oneOf } = FleetLbSchema as unknown as {
    readonly oneOf: readonly { readonly properties: Readonly<Record<string, TSchema>> }[]
  }
  const { policy: _, ...options } = Object.assign({}, ...oneOf.map(({ properties }) => properties))
  return options
}

const LbBodySchema = {
  description: 'A mode, a policy and its options. Without `policy`, the policy and its options stay.',
  anyOf: [
    FleetLbSchema,
    {
      type: 'object',
      description: 'The mode, and options of the policy that the fleet has.',
      properties: { ...anyOptions(), mode: LbRequestSchema.properties.mode },
      required: ['mode'],
      additionalProperties: false,
    },
  ],
  examples: [EXAMPLE_LB],
}

export async function lbRoutes(server: FastifyInstance, { state, closing }: RoutesOptions) {
  server.route<{ Params: FleetParams }>({
    ...routeOf('getLb', {
      params: FleetParamsSchema,
      headers: IfNoneMatchSchema,
      answers: { 200: FleetLbSchema },
    }),
    handler: async ({ params, headers }, reply) => {
      const lb = fleetLbOf(state.config, params.fleet)
      reply.header('etag', etagHeader(state.head))
      return isKnown(headers, state.head) ? reply.code(304).send() : lb
    },
  })

  server.route<{ Params: FleetParams; Querystring: WaitQuery; Body: Body | undefined }>({
    ...routeOf('putLb', {
      params: FleetParamsSchema,
      querystring: WaitQuerySchema,
      headers: OptionalIfMatchSchema,
      body: LbBodySchema,
    }),
    handler: async (request, reply) => {
      const { params, query, headers, body } = request
      const { fleet } = params
      const answer = new PendingAnswer(state, reply, closing, query)
      const wanted = valueIn(body)
      const ifMatch = headers['if-match'] === undefined ? '*' : readIfMatch(headers)
      const { number } = await state.write((config) => withFleetLb(config, fleet, wanted), {
        author: authorOf(request),
        ifMatch,
      })
      return await answer.send(number, { describe: () => fleetLbOf(state.config, fleet) })
    },
  })
}
