// The cookie of a session: which browsers send it, and for how long.

import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Session } from '../access/sessions.ts'

const NAME = 'switchyard-session'

/** Scripts cannot read it, and a browser sends it with no request that another site begins. */
function optionsFor({ protocol, headers }: FastifyRequest): CookieSerializeOptions {
  // A proxy that ends TLS forwards plain HTTP; the browser's Origin has the scheme that it sees.
  const secure = protocol === 'https' || headers.origin?.startsWith('https:') === true
  return { httpOnly: true, sameSite: 'strict', path: '/', secure }
}

/** Undefined without the cookie. */
export function sessionSecretIn({ cookies }: FastifyRequest): string | undefined {
  return cookies[NAME]
}

export function setSessionCookie(reply: FastifyReply, secret: string, { expiresAt }: Session): void {
  reply.setCookie(NAME, secret, { ...optionsFor(reply.request), expires: new Date(expiresAt) })
}

export function endSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(NAME, optionsFor(request))
}
