// The cookie of a session: which browsers send it, and for how long.

import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Session } from '../access/sessions.ts'

/** Browsers send the cookies of a host to all of its ports: with one name, two control planes would end each other's sessions. */
function nameFor({ port }: FastifyRequest): string {
  return port === null ? 'switchyard-session' : `switchyard-session-${port}`
}

/** Scripts cannot read it, and a browser sends it with no request that another site begins. */
function optionsFor({ protocol, headers }: FastifyRequest): CookieSerializeOptions {
  // A proxy that ends TLS forwards plain HTTP; the browser's Origin has the scheme that it sees.
  const secure = protocol === 'https' || headers.origin?.startsWith('https:') === true
  return { httpOnly: true, sameSite: 'strict', path: '/', secure }
}

/** Undefined without the cookie. */
export function sessionSecretIn(request: FastifyRequest): string | undefined {
  return request.cookies[nameFor(request)]
}

export function setSessionCookie(reply: FastifyReply, secret: string, { expiresAt }: Session): void {
  reply.setCookie(nameFor(reply.request), secret, {
    ...optionsFor(reply.request),
    expires: new Date(expiresAt),
  })
}

export function endSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(nameFor(request), optionsFor(request))
}
