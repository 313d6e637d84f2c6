// What was, and what became of it: `GET /v1/revisions` and `GET /v1/revisions/{n}`.

import type { FastifyInstance } from 'fastify'
import type { RoutesOptions } from './admin.ts'
import { PendingAnswer, toRevisionJson } from './answers.ts'
import {
  describeOperation,
  RevisionListSchema,
  type RevisionParams,
  RevisionParamsSchema,
  RevisionSchema,
} from './schemas.ts'
import { type WaitQuery, WaitQuerySchema } from './wait.ts'

export async function revisionRoutes(server: FastifyInstance, { state, closing }: RoutesOptions) {
  server.get(
    '/v1/revisions',
    {
      schema: describeOperation('listRevisions', 'All revisions, the newest first', {
        200: RevisionListSchema,
      }),
    },
    async () => ({ revisions: (await state.list()).toReversed().map(toRevisionJson) }),
  )

  server.get<{ Params: RevisionParams; Querystring: WaitQuery }>(
    '/v1/revisions/:number',
    {
      schema: {
        ...describeOperation(
          'getRevision',
          'A revision with its document; with a wait, how far the fleets have come with it, as a write is answered',
          { 200: RevisionSchema, 202: RevisionSchema },
        ),
        params: RevisionParamsSchema,
        querystring: WaitQuerySchema,
      },
    },
    async ({ params, query }, reply) => {
      const answer = new PendingAnswer(state, reply, closing, query)
      const number = Number(params.number)
      const { document, ...info } = await state.get(number)
      return query.wait === undefined ? { ...toRevisionJson(info), document } : await answer.send(number)
    },
  )
}
