// The history of the desired state: `GET /v1/revisions` and `GET /v1/revisions/{number}`.

import type { FastifyInstance } from 'fastify'
import {
  DEFAULT_LIMIT,
  type PageQuery,
  PageQuerySchema,
  type RevisionParams,
  RevisionParamsSchema,
  type WaitQuery,
  WaitQuerySchema,
} from '../../api/schemas/request.ts'
import type { RevisionList } from '../../api/schemas/revision.ts'
import { isMap } from '../../core/plain-map.ts'
import { PendingAnswer } from './answers.ts'
import { routeOf } from './operation.ts'
import { toRevisionJson } from './rest-json.ts'
import type { RoutesOptions } from './routes-options.ts'

export async function revisionRoutes(server: FastifyInstance, { state, closing }: RoutesOptions) {
  server.route<{ Querystring: PageQuery }>({
    ...routeOf('listRevisions', { querystring: PageQuerySchema }),
    handler: async ({ query: { before, limit = DEFAULT_LIMIT } }): Promise<RevisionList> => {
      const page = await state.list({
        limit: Number(limit),
        ...(before !== undefined && { before: Number(before) }),
      })
      const revisions = page.toReversed().map(toRevisionJson)
      // Numbers have no gaps, so there are older revisions unless this is the first one.
      const [oldest] = page
      return { revisions, ...(oldest !== undefined && oldest.number > 1 && { next: oldest.number }) }
    },
  })

  server.route<{ Params: RevisionParams; Querystring: WaitQuery }>({
    ...routeOf('getRevision', { params: RevisionParamsSchema, querystring: WaitQuerySchema }),
    handler: async (request, reply) => {
      const { params, query } = request
      const answer = new PendingAnswer(state, reply, closing, query)
      const number = Number(params.number)
      const { document, ...info } = await state.get(number)
      if (query.wait === undefined) {
        request.shownSecrets = secretNamesIn(document)
        return { ...toRevisionJson(info), document }
      }
      return await answer.send(number, { follow: 'document' })
    },
  })
}

function secretNamesIn(document: unknown): readonly string[] {
  const secrets = isMap(document) ? document.secrets : undefined
  return isMap(secrets) ? Object.keys(secrets) : []
}
