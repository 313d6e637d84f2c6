// How a browser logs in and out: login links and sessions.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  type Caller as CallerJson,
  type LoginLink,
  type LoginLinkRequest,
  LoginLinkRequestSchema,
  type Session,
  type SessionRequest,
  SessionRequestSchema,
} from '../../api/schemas/session.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { Caller } from '../access/roles.ts'
import { sourceOf } from '../access/same-origin.ts'
import { createSchemaCheck } from '../document/schema-check.ts'
import { authorOf } from './access.ts'
import { type Body, readJson } from './body.ts'
import { routeOf } from './operation.ts'
import { PAGE_PATH } from './page.ts'
import type { RoutesOptions } from './routes-options.ts'
import { endSessionCookie, sessionSecretIn, setSessionCookie } from './session-cookie.ts'

const checkLoginLink = createSchemaCheck(LoginLinkRequestSchema)
const checkSession = createSchemaCheck(SessionRequestSchema)

export async function sessionRoutes(server: FastifyInstance, { sessions }: RoutesOptions) {
  // The answers are secrets, or differ by caller: no cache keeps them.
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  server.route<{ Body: Body | undefined }>({
    ...routeOf('createLoginLink', { body: LoginLinkRequestSchema }),
    handler: async (request, reply): Promise<LoginLink> => {
      const caller = callerOf(request)
      const own = caller.role === 'viewer' ? 'viewer' : 'operator'
      const { role = own } = readJson<LoginLinkRequest>(request.body, checkLoginLink)
      if (own === 'viewer' && role === 'operator') {
        throw new SwitchyardError(
          'forbidden',
          `"${caller.name}" has the role viewer: ask for a link with this role`,
        )
      }
      const { code, expiresAt } = sessions.createLink(
        { ...caller, role },
        { madeIn: request.sessionSecret, isCurrent: request.isCurrent },
      )
      reply.code(201)
      const url = `${request.protocol}://${request.host}${PAGE_PATH}#login=${code}`
      return { url, expiresAt: new Date(expiresAt).toISOString() }
    },
  })

  server.route<{ Body: Body | undefined }>({
    ...routeOf('createSession', { body: SessionRequestSchema, security: [] }),
    handler: async (request, reply): Promise<Session> => {
      rejectForeignLogin(request)
      const { code } = readJson<SessionRequest>(request.body, checkSession)
      const begun = sessions.begin(code)
      if (begun === undefined) {
        await server.countFailure?.(request, reply)
        throw new SwitchyardError(
          'unauthenticated',
          'the login link is unknown, used or expired: run "yard ui" and open the link that it prints',
        )
      }
      const { secret, session } = begun
      const before = sessionSecretIn(request)
      if (before !== undefined) sessions.end(before)
      setSessionCookie(reply, secret, session)
      const { name, expiresAt } = session
      const role = session.role === 'viewer' ? 'viewer' : 'operator'
      request.caller = session
      reply.code(201)
      return { name, role, expiresAt: new Date(expiresAt).toISOString() }
    },
  })

  server.route({
    ...routeOf('getSession'),
    handler: async (request): Promise<CallerJson> => {
      const { name, role, fleets, expiresAt } = callerOf(request)
      return {
        name,
        role,
        ...(fleets && { fleets }),
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
      }
    },
  })

  server.route({
    ...routeOf('deleteSession'),
    handler: async (request, reply) => {
      if (request.sessionSecret !== undefined) sessions.end(request.sessionSecret)
      endSessionCookie(request, reply)
      return reply.code(204).send()
    },
  })
}

/** Without tokens, everybody who reaches the admin may do everything. */
function callerOf(request: FastifyRequest): Caller {
  return request.caller ?? { name: authorOf(request), role: 'operator' }
}

/** Another page could otherwise log the browser in with a link of its own, and get what is then done as somebody else. */
function rejectForeignLogin({ headers }: FastifyRequest): void {
  if (sourceOf(headers) !== 'other-origin') return
  throw new SwitchyardError(
    'forbidden',
    'only the page of this control plane may log in: open the login link itself',
  )
}
