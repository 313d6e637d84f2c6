// Tokens of REST: `GET|POST /v1/tokens` and `DELETE /v1/tokens/{token}`.

import type { FastifyInstance } from 'fastify'
import {
  type NewToken,
  type TokenList,
  type TokenParams,
  TokenParamsSchema,
  type TokenRequest,
  TokenRequestSchema,
} from '../../api/schemas/tokens.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { fleetOf } from '../document/fleet-lb.ts'
import { createSchemaCheck } from '../document/schema-check.ts'
import { parseDuration } from '../switches/duration.ts'
import { authorOf } from './access.ts'
import { type Body, readJson } from './body.ts'
import { routeOf } from './operation.ts'
import type { RoutesOptions } from './routes-options.ts'

const checkToken = createSchemaCheck(TokenRequestSchema)
const DEFAULT_LIFETIME = '720h'

export async function tokenRoutes(server: FastifyInstance, { state, tokens }: RoutesOptions) {
  // One of the answers is a secret: no cache keeps it.
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  const requireTokens = () => {
    if (tokens !== undefined) return tokens
    throw new SwitchyardError(
      'not-found',
      'this control plane asks for no tokens: start it with "yard serve --state FOLDER" or "--access FOLDER"',
    )
  }

  server.route({
    ...routeOf('listTokens'),
    handler: async (): Promise<TokenList> => ({ tokens: [...requireTokens().list()] }),
  })

  server.route<{ Body: Body | undefined }>({
    ...routeOf('createToken', { body: TokenRequestSchema }),
    handler: async (request, reply): Promise<NewToken> => {
      const {
        name,
        role,
        fleets,
        lifetime = DEFAULT_LIFETIME,
      } = readJson<TokenRequest>(request.body, checkToken)
      const all = requireTokens()
      if (fleets !== undefined && role === 'admin') {
        throw new SwitchyardError('invalid-argument', 'an admin has all fleets: leave out "fleets"')
      }
      for (const fleet of fleets ?? []) fleetOf(state.config, fleet)
      const { token, info } = await all.create({
        ...{ name, role, createdBy: authorOf(request), lifetimeMs: parseDuration(lifetime) ?? 0 },
        ...(fleets && { fleets }),
      })
      const { expiresAt } = info
      request.madeToken = {
        name,
        role,
        ...(fleets && { fleets }),
        ...(expiresAt !== undefined && { expiresAt }),
      }
      reply.code(201)
      return { ...info, token }
    },
  })

  server.route<{ Params: TokenParams }>({
    ...routeOf('deleteToken', { params: TokenParamsSchema }),
    handler: async ({ params }, reply) => {
      await requireTokens().revoke(params.token)
      return reply.code(204).send()
    },
  })
}
