// Authentication, authorization and the audit log, before any route handler runs.

import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'
import type { AuditEntry } from '../access/audit-log.ts'
import type { Caller, Tokens } from '../access/tokens.ts'

export interface Access {
  readonly tokens: Tokens
  /** Gets an entry for each write, allowed or denied, before the answer is sent. */
  readonly audit: { append(entry: AuditEntry): Promise<void> }
  /** Serves `/metrics` without a token. Default: it needs a viewer's token, like every read. */
  readonly openMetrics?: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The owner of the token; undefined if the admin needs no tokens. */
    caller: Caller | undefined
    /** The number of the revision that the request wrote. */
    revision: number | undefined
  }
}

/** Needs no token: health says only that the process is up, and a browser cannot send a token for pages. */
const OPEN = ['/healthz', '/readyz', '/openapi.json', '/docs']
const READING = ['GET', 'HEAD', 'OPTIONS']
/** How many bad tokens an IP address may send in a minute before it gets 429. */
const FAILURES = { max: 10, timeWindow: 60_000 }

/** The author of this request's writes. */
export function authorOf({ caller }: FastifyRequest): string {
  return caller?.name ?? 'rest'
}

/** Call it before registering the routes that it guards. */
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
      // A valid token still passes; otherwise any process on this host could lock its owner out.
      throw isExceeded ? tooMany(reply, ttlInSeconds) : unauthenticated(reply, token)
    }
    if (request.caller.role === 'viewer' && !READING.includes(request.method)) {
      const { name } = request.caller
      throw new SwitchyardError(
        'forbidden',
        `the token "${name}" has the role viewer: writes need a token with the role operator`,
      )
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
    // The write has happened: if the log fails, report that, and send the answer.
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
  const what = token === undefined ? 'this request needs a token' : 'unknown token'
  return new SwitchyardError(
    'unauthenticated',
    `${what}: send the header "authorization: Bearer TOKEN" with a token of tokens.json ("yard token" prints that of "yard up", "yard token --file FILE" that of "yard serve")`,
  )
}

function tooMany(reply: FastifyReply, seconds: number): SwitchyardError {
  reply.header('retry-after', seconds)
  return new SwitchyardError(
    'too-many-attempts',
    `too many bad tokens came from this address: wait ${seconds} s`,
  )
}
