// The whole desired state: `GET|PUT|PATCH /v1/config`.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { stringify } from 'yaml'
import { JSON_TYPE, MERGE_PATCH_TYPE, YAML_TYPE } from '../../api/media-types.ts'
import {
  IfMatchSchema,
  IfNoneMatchSchema,
  type WaitQuery,
  WaitQuerySchema,
} from '../../api/schemas/request.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { problemsOutside } from '../document/fleet-limits.ts'
import { type Config, ConfigSchema } from '../document/model.ts'
import { validateConfig } from '../document/validate.ts'
import { authorOf } from './access.ts'
import { PendingAnswer } from './answers.ts'
import { type Body, configIn, valueIn, YAML_TYPES } from './body.ts'
import { EXAMPLE_DOCUMENT, EXAMPLE_PATCH } from './examples.ts'
import { mergePatch } from './merge-patch.ts'
import { routeOf } from './operation.ts'
import { patchSchemaOf } from './patch-schema.ts'
import { etagHeader, isKnown, readIfMatch } from './preconditions.ts'
import type { RoutesOptions } from './routes-options.ts'

export async function configRoutes(server: FastifyInstance, { state, closing }: RoutesOptions) {
  server.route({
    ...routeOf('getConfig', {
      headers: IfNoneMatchSchema,
      answers: { 200: ConfigSchema },
      produces: [JSON_TYPE, YAML_TYPE],
    }),
    handler: async (request, reply) => {
      const { headers } = request
      const { accept = '' } = headers
      reply.header('etag', etagHeader(state.head)).header('vary', 'accept')
      if (isKnown(headers, state.head)) return reply.code(304).send()
      request.shownSecrets = Object.keys(state.config.secrets ?? {})
      const type = YAML_TYPES.find((one) => accept.includes(one))
      return type === undefined ? state.config : reply.type(type).send(stringify(state.config))
    },
  })

  const write = (
    id: 'putConfig' | 'patchConfig',
    request: Parameters<typeof routeOf>[1],
    edit: (body: Body | undefined) => (config: Config) => Config,
  ) =>
    server.route<{ Querystring: WaitQuery; Body: Body | undefined }>({
      ...routeOf(id, { querystring: WaitQuerySchema, headers: IfMatchSchema, ...request }),
      handler: async (request, reply) => {
        const { headers, query, body } = request
        const answer = new PendingAnswer(state, reply, closing, query)
        const ifMatch = readIfMatch(headers)
        const { number } = await state.write(within(request, edit(body)), {
          author: authorOf(request),
          ifMatch,
        })
        return await answer.send(number)
      },
    })

  const document = { ...ConfigSchema, examples: [EXAMPLE_DOCUMENT] }
  write('putConfig', { body: document, consumes: [JSON_TYPE, YAML_TYPE] }, (body) => {
    const config = configIn(body)
    return () => config
  })
  const patch = { ...patchSchemaOf(ConfigSchema), examples: [EXAMPLE_PATCH] }
  write('patchConfig', { body: patch, consumes: [MERGE_PATCH_TYPE, YAML_TYPE] }, (body) => {
    const patch = valueIn(body)
    return (config) => validateConfig(mergePatch(config, patch))
  })
}

/** The same edit, rejected if the caller is limited to fleets and it changes anything else. */
function within({ caller }: FastifyRequest, edit: (config: Config) => Config): (config: Config) => Config {
  const { name = '', fleets } = caller ?? {}
  if (fleets === undefined) return edit
  return (before) => {
    const after = edit(before)
    const problems = problemsOutside(before, after, fleets)
    if (problems.length === 0) return after
    throw new SwitchyardError('forbidden', `"${name}" is limited to the fleets ${fleets.join(', ')}`, {
      problems,
    })
  }
}
