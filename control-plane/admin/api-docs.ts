// The API document `/openapi.json`, derived from the schemas of the routes, and the page `/docs` that shows it.

import swagger from '@fastify/swagger'
import apiReference from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'

/** The page works without a network, and reports its visitors to nobody. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const SECURITY = {
  components: { securitySchemes: { token: { type: 'http' as const, scheme: 'bearer' } } },
  security: [{ token: [] as string[] }],
}

/** Call it before registering the routes that it describes. */
export async function addApiDocs(
  server: FastifyInstance,
  { withTokens }: { readonly withTokens: boolean },
): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Switchyard',
        description:
          'Configure how fleets of Envoys balance and secure gRPC calls, through one document of desired state.',
        version: '1',
      },
      servers: [{ url: '/', description: 'The control plane that serves this document.' }],
      ...(withTokens && SECURITY),
    },
  })
  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger())
  await server.register(async (page) => {
    page.addHook('onRequest', async (_request, reply) => {
      reply.header('content-security-policy', POLICY)
    })
    await page.register(apiReference, {
      routePrefix: '/docs',
      configuration: {
        url: '/openapi.json',
        withDefaultFonts: false,
        telemetry: false,
        hideClientButton: true,
        agent: { disabled: true },
        mcp: { disabled: true },
        showDeveloperTools: 'never',
      },
    })
  })
}
