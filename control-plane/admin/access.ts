// Authentication, authorization and the audit log, before any route handler runs.

import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'
import type { AuditEntry } from '../access/audit-log.ts'
import { OidcError } from '../access/oidc.ts'
import type { Caller } from '../access/roles.ts'
import { sourceOf } from '../access/same-origin.ts'
import { SeenReads } from '../access/seen-reads.ts'
import type { Sessions } from '../access/sessions.ts'
import type { Config } from '../document/model.ts'
import { bearerIn, challenge, identify, unauthenticated, type Verifiers } from './bearer.ts'
import { isReading, rejectForbidden } from './permissions.ts'
import { endSessionCookie, sessionSecretIn } from './session-cookie.ts'

export interface Access extends Verifiers {
  /** Gets an entry for each write, allowed or denied, and for reads that show names of secrets, before the answer is sent. */
  readonly audit: { append(entry: AuditEntry): Promise<void> }
  /** Serves `/metrics` without a token. Default: it needs a viewer's token, like every read. */
  readonly openMetrics?: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The owner of the token or the session; undefined if the admin needs no tokens. */
    caller: Caller | undefined
    /** The secret of the session that the caller is known by; undefined if it is a token. */
    sessionSecret: string | undefined
    /** Whether the token or the session of the caller is still valid: for answers that go on for long. */
    isCurrent: () => boolean
    /** The number of the revision that the request wrote. */
    revision: number | undefined
    /** The names of secrets that the answer shows. */
    shownSecrets: readonly string[] | undefined
    /** The token that the request made. */
    madeToken: AuditEntry['token'] | undefined
    /** Whether it changed nothing, as each renewal of a lease: the audit log has no line for it. */
    isRenewal: boolean
  }
  interface FastifyInstance {
    /** Counts a wrong token or login code of this address. Undefined if the admin needs no tokens. @throws SwitchyardError `too-many-attempts` */
    countFailure: ((request: FastifyRequest, reply: FastifyReply) => Promise<void>) | undefined
  }
}

/**
 * Needs no token: health says only that the process is up, a browser cannot send a token for pages, and who logs in has a code
 * in its place.
 */
const OPEN = ['/', '/healthz', '/readyz', '/openapi.json', '/docs', '/ui', '/v1/sessions']
/** How many bad tokens and login codes an IP address may send in a minute before it gets 429. */
const FAILURES = { max: 10, timeWindow: 60_000 }

/** The author of this request's writes. */
export function authorOf({ caller }: FastifyRequest): string {
  return caller?.name ?? 'rest'
}

interface AccessOptions {
  readonly sessions: Sessions
  /** The document in force: it says which fleets reach an upstream. */
  readonly state: { readonly config: Config }
}

/** Call it before registering the routes that it guards, and after the plugin that reads cookies. */
export async function addAccess(
  server: FastifyInstance,
  access: Access,
  { sessions, state }: AccessOptions,
): Promise<void> {
  await server.register(rateLimit, { global: false })
  const limit = server.createRateLimit(FAILURES)
  server.countFailure = async (request, reply) => {
    const { ttlInSeconds, isExceeded } = { ttlInSeconds: 0, isExceeded: false, ...(await limit(request)) }
    if (isExceeded) throw tooMany(reply, ttlInSeconds)
  }
  const reads = new SeenReads()
  const open = access.openMetrics ? [...OPEN, '/metrics'] : OPEN

  server.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.routeOptions
    if (open.some((path) => url === path || (path !== '/' && url.startsWith(`${path}/`)))) return
    const token = bearerIn(request)
    const secret = token === undefined ? sessionSecretIn(request) : undefined
    if (secret !== undefined) enterBySession(request, reply, secret, sessions)
    else if (token !== undefined) {
      Object.assign(
        request,
        await identify(token, access).catch(async (error: unknown) => {
          if (error instanceof OidcError && error.isGuess) await server.countFailure?.(request, reply)
          if (error instanceof OidcError) reply.header('www-authenticate', challenge(token))
          throw error
        }),
      )
    }
    if (request.caller === undefined) {
      // A valid token still passes; otherwise any process on this host could lock its owner out.
      await server.countFailure?.(request, reply)
      throw unauthenticated(reply, token)
    }
    const { caller, method, params, query, routeOptions } = request
    const who = secret === undefined ? `the token "${caller.name}"` : `this session of "${caller.name}"`
    const { operationId: id } = routeOptions.schema ?? {}
    const asked = { id, method, params: mapIn(params), query: mapIn(query) }
    rejectForbidden(caller, who, asked, state.config)
  })

  server.addHook('onSend', async (request, { statusCode }) => {
    const { caller, revision, madeToken, shownSecrets = [], isRenewal, method, url, ip } = request
    if (isRenewal || statusCode === 429) return
    if (isReading(method) && !(shownSecrets.length > 0 && reads.isNew(caller?.name, ip, url, shownSecrets)))
      return
    const entry = {
      time: new Date().toISOString(),
      author: caller?.name ?? null,
      role: caller?.role ?? null,
      from: ip,
      method,
      path: url,
      status: statusCode,
      ...(revision !== undefined && { revision }),
      ...(madeToken && { token: madeToken }),
      ...(shownSecrets.length > 0 && { secrets: shownSecrets }),
    }
    // The write has happened: if the log fails, report that, and send the answer.
    await access.audit.append(entry).catch((error: unknown) => request.log.error(error))
  })
}

/** @throws SwitchyardError `unauthenticated` if the session has ended, `forbidden` for a write by a page of somebody else */
function enterBySession(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  sessions: Sessions,
): void {
  const session = sessions.sessionOf(secret)
  if (session === undefined) {
    // Not counted as a guess: an open page asks again and again after a restart, and nobody guesses 256 bits.
    endSessionCookie(request, reply)
    throw new SwitchyardError(
      'unauthenticated',
      'the session has expired, or the control plane was restarted: run "yard ui" and open the link that it prints',
    )
  }
  request.caller = session
  request.sessionSecret = secret
  request.isCurrent = () => sessions.sessionOf(secret) !== undefined
  if (!isReading(request.method)) rejectOtherOrigins(request)
}

/** @throws SwitchyardError `forbidden` unless a browser says that the control plane's own page asks */
function rejectOtherOrigins({ headers }: FastifyRequest): void {
  if (sourceOf(headers) === 'same-origin') return
  throw new SwitchyardError(
    'forbidden',
    'a write by the cookie of a session must come from the page of this control plane: send "Sec-Fetch-Site: same-origin", as browsers do, or a token instead of the cookie',
  )
}

function mapIn(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {}
}

function tooMany(reply: FastifyReply, seconds: number): SwitchyardError {
  reply.header('retry-after', seconds)
  return new SwitchyardError(
    'too-many-attempts',
    `too many bad tokens or login codes came from this address: wait ${seconds} s`,
  )
}
