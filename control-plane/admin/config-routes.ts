// The whole desired state: `GET|PUT|PATCH /v1/config`.

import type { FastifyInstance } from 'fastify'
import { stringify } from 'yaml'
import { type Config, ConfigSchema } from '../document/model.ts'
import { validateConfig } from '../document/validate.ts'
import { authorOf } from './access.ts'
import type { RoutesOptions } from './admin.ts'
import { PendingAnswer } from './answers.ts'
import { type Body, configIn, valueIn, YAML_TYPES } from './body.ts'
import { mergePatch } from './merge-patch.ts'
import { etagHeader, requireMatch } from './preconditions.ts'
import { describeOperation, IfMatchSchema } from './schemas.ts'
import { type WaitQuery, WaitQuerySchema } from './wait.ts'

const PATH = '/v1/config'

export async function configRoutes(server: FastifyInstance, { state, closing }: RoutesOptions) {
  server.get(
    PATH,
    {
      schema: describeOperation(
        'getConfig',
        'The desired state, in JSON, or in YAML where that is accepted',
        {
          200: ConfigSchema,
        },
      ),
    },
    async ({ headers: { accept = '' } }, reply) => {
      reply.header('etag', etagHeader(state.head)).header('vary', 'accept')
      const type = YAML_TYPES.find((one) => accept.includes(one))
      return type === undefined ? state.config : reply.type(type).send(stringify(state.config))
    },
  )

  const write = (
    method: 'PUT' | 'PATCH',
    summary: string,
    edit: (body: Body | undefined) => (config: Config) => Config,
  ) =>
    server.route<{ Querystring: WaitQuery; Body: Body | undefined }>({
      method,
      url: PATH,
      schema: {
        ...describeOperation(`${method.toLowerCase()}Config`, summary, 'write'),
        querystring: WaitQuerySchema,
        headers: IfMatchSchema,
        ...(method === 'PUT' && { body: ConfigSchema }),
        consumes:
          method === 'PUT'
            ? ['application/json', 'application/yaml']
            : ['application/merge-patch+json', 'application/yaml'],
      },
      handler: async (request, reply) => {
        const { headers, query, body } = request
        const answer = new PendingAnswer(state, reply, closing, query)
        const expectedEtag = requireMatch(headers, state.head)
        const { number } = await state.write(edit(body), { author: authorOf(request), expectedEtag })
        return await answer.send(number)
      },
    })

  write('PUT', 'Replaces the desired state', (body) => {
    const config = configIn(body)
    return () => config
  })
  write('PATCH', 'Changes the desired state by a merge patch (RFC 7396)', (body) => {
    const patch = valueIn(body)
    return (config) => validateConfig(mergePatch(config, patch))
  })
}
