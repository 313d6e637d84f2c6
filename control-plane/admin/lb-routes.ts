// The switch itself: `GET|PUT /v1/fleets/{fleet}/lb`, which answers when the fleet has it, or says who refused and why.

import type { FastifyInstance } from 'fastify'
import { fleetLbOf, withFleetLb } from '../document/fleet-lb.ts'
import { FleetLbSchema } from '../document/model.ts'
import { authorOf } from './access.ts'
import type { RoutesOptions } from './admin.ts'
import { PendingAnswer } from './answers.ts'
import { type Body, valueIn } from './body.ts'
import { requireMatch } from './preconditions.ts'
import { describeOperation, type FleetParams, FleetParamsSchema } from './schemas.ts'
import { type WaitQuery, WaitQuerySchema } from './wait.ts'

const PATH = '/v1/fleets/:fleet/lb'

export async function lbRoutes(server: FastifyInstance, { state, closing }: RoutesOptions) {
  server.get<{ Params: FleetParams }>(
    PATH,
    {
      schema: {
        ...describeOperation('getLb', 'How a fleet balances, with the defaults written out', {
          200: FleetLbSchema,
        }),
        params: FleetParamsSchema,
      },
    },
    async ({ params }) => fleetLbOf(state.config, params.fleet),
  )

  server.put<{ Params: FleetParams; Querystring: WaitQuery; Body: Body | undefined }>(
    PATH,
    {
      schema: {
        ...describeOperation(
          'putLb',
          'Turns the switch of a fleet; an omitted policy stays as it is',
          'write',
        ),
        params: FleetParamsSchema,
        querystring: WaitQuerySchema,
        body: FleetLbSchema,
      },
    },
    async (request, reply) => {
      const { params, query, headers, body } = request
      const { fleet } = params
      const answer = new PendingAnswer(state, reply, closing, query)
      const wanted = valueIn(body)
      const expected =
        headers['if-match'] === undefined ? {} : { expectedEtag: requireMatch(headers, state.head) }
      const { number } = await state.write((config) => withFleetLb(config, fleet, wanted), {
        author: authorOf(request),
        ...expected,
      })
      return await answer.send(number, () => fleetLbOf(state.config, fleet))
    },
  )
}
