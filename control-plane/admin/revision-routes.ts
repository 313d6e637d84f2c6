// The history of the desired state: `GET /v1/revisions` and `GET /v1/revisions/{number}`.

import type { FastifyInstance } from 'fastify'
import {
  type RevisionParams,
  RevisionParamsSchema,
  type WaitQuery,
  WaitQuerySchema,
} from '../../api/schemas/request.ts'
import { PendingAnswer } from './answers.ts'
import { routeOf } from './operation.ts'
import { toRevisionJson } from './rest-json.ts'
import type { RoutesOptions } from './routes-options.ts'

export async function revisionRoutes(server: FastifyInstance, { state, closing }: RoutesOptions) {
  server.route({
    ...routeOf('listRevisions'),
    handler: async () => ({ revisions: (await state.list()).toReversed().map(toRevisionJson) }),
  })

  server.route<{ Params: RevisionParams; Querystring: WaitQuery }>({
    ...routeOf('getRevision', { params: RevisionParamsSchema, querystring: WaitQuerySchema }),
    handler: async ({ params, query }, reply) => {
      const answer = new PendingAnswer(state, reply, closing, query)
      const number = Number(params.number)
      const { document, ...info } = await state.get(number)
      return query.wait === undefined ? { ...toRevisionJson(info), document } : await answer.send(number)
    },
  })
}
