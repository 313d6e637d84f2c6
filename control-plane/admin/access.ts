// Before a route is reached: whose token it is, whether that may do it, and a line about each write.

import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'
import type { AuditEntry } from '../access/audit-log.ts'
import type { Caller, Tokens } from '../access/tokens.ts'

export interface Access {
  readonly tokens: Tokens
  /** Told of each write, and of each that was refused, before it is answered. */
  readonly audit: { append(entry: AuditEntry): Promise<void> }
  /** Default: `/metrics` wants a viewer's token, as all that can be read does. */
  readonly openMetrics?: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token it came with; undefined where none is asked for. */
    caller: Caller | undefined
    /** The number of the revision that it wrote. */
    revision: number | undefined
  }
}

/** What says nothing of this control plane but that it is up; a browser cannot show a token for the pages. */
const OPEN = ['/healthz', '/readyz', '/openapi.json', '/docs']
const READING = ['GET', 'HEAD', 'OPTIONS']
/** Bad tokens that an address may show in a minute before they are no longer looked at one by one. */
const FAILURES = { max: 10, timeWindow: 60_000 }

/** Who is the author of what this request writes. */
export function authorOf({ caller }: FastifyRequest): string {
  return caller?.name ?? 'rest'
}

/** Has to come before the routes that it guards. */
export async function addAccess(server: FastifyInstance, access: Access): Promise<void> {
  await server.register(rateLimit, { global: false })
  const countFailure = server.createRateLimit(FAILURES)
  const open = access.openMetrics ? [...OPEN, '/metrics'] : OPEN

  server.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.routeOptions
    if (open.some((path) => url === path || url.startsWith(`${path}/`))) return
    const token = bearerIn(request)
    request.caller = token === undefined ? undefined : access.tokens.callerOf(token)
    if (request.caller === undefined) {
      const { ttlInSeconds, isExceeded } = {
        ttlInSeconds: 0,
        isExceeded: false,
        ...(await countFailure(request)),
      }
      // A good token still passes, or any process of this host could lock its owner out.
      throw isExceeded ? tooMany(reply, ttlInSeconds) : unauthenticated(reply, token)
    }
    if (request.caller.role === 'viewer' && !READING.includes(request.method)) {
      const { name } = request.caller
      throw new SwitchyardError('forbidden', `the token "${name}" is a viewer's: writes take an operator's`)
    }
  })

  server.addHook('onSend', async (request, { statusCode }) => {
    const { caller, revision, method, url, ip } = request
    if (READING.includes(method) || statusCode === 429) return
    const entry = {
      time: new Date().toISOString(),
      author: caller?.name ?? null,
      role: caller?.role ?? null,
      from: ip,
      method,
      path: url,
      status: statusCode,
      ...(revision === undefined ? {} : { revision }),
    }
    // What was done is done: a log that cannot be written is told, and the answer goes out.
    await access.audit.append(entry).catch((error: unknown) => request.log.error(error))
  })
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
function bearerIn({ headers }: FastifyRequest): string | undefined {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return token
}

function unauthenticated(reply: FastifyReply, token: string | undefined): SwitchyardError {
  reply.header('www-authenticate', `Bearer realm="switchyard"${token ? ', error="invalid_token"' : ''}`)
  const what = token === undefined ? 'this takes a token' : 'the token is none of this control plane'
  return new SwitchyardError(
    'unauthenticated',
    `${what}: send authorization: Bearer TOKEN, with one of tokens.json (npx yard token prints it)`,
  )
}

function tooMany(reply: FastifyReply, seconds: number): SwitchyardError {
  reply.header('retry-after', seconds)
  return new SwitchyardError('too-many-attempts', `too many bad tokens came from here: wait ${seconds} s`)
}
