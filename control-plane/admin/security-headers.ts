// Headers of every answer: browsers guess no type, keep nothing, tell no other site, and let no other page embed it.

import type { FastifyInstance } from 'fastify'

/** Pages have policies of their own. Everything else is data, which a browser is to run or show nothing of. */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const

/** Call it before any other hook, so that rejected requests have them too. */
export function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ url }, reply) => {
    reply.headers(SECURITY_HEADERS)
    if (!url.startsWith('/docs')) reply.header('cache-control', 'no-store')
  })
}
