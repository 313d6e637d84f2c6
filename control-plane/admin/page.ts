// The live page: its built files at `/ui/`, with a policy that lets it load nothing from anywhere else.

import { fileURLToPath } from 'node:url'
import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'

export const PAGE_PATH = '/ui/'
const BUILT = fileURLToPath(new URL('../../web/live/dist', import.meta.url))
/** Their names have a hash of their content. */
const HASHED = /[\\/]assets[\\/][^\\/]+$/

/** No inline script or style runs, the page talks to this server only, and no other page frames it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const FOREVER = 'public, max-age=31536000, immutable'

export async function addPage(server: FastifyInstance, folder = BUILT): Promise<void> {
  const hidden = { schema: { hide: true } }
  server.get('/', hidden, async (_request, reply) => reply.redirect(PAGE_PATH))
  server.get('/ui', hidden, async (_request, reply) => reply.redirect(PAGE_PATH))
  await server.register(
    async (page) => {
      page.addHook('onRequest', async (_request, reply) => {
        reply.header('content-security-policy', POLICY)
      })
      page.setNotFoundHandler(({ url }) => {
        throw new SwitchyardError('not-found', describeMissing(url))
      })
      await page.register(files, {
        root: folder,
        // A missing folder is reported to whoever asks for the page, and it may be built meanwhile.
        suppressWarning: true,
        schemaHide: true,
        cacheControl: false,
        setHeaders: (reply, path) => reply.header('cache-control', HASHED.test(path) ? FOREVER : 'no-cache'),
      })
    },
    { prefix: '/ui' },
  )
}

function describeMissing(url: string): string {
  return url === PAGE_PATH
    ? 'the page is not built: run "npm run build:page" in the checkout, and load it again'
    : `the page has no file ${url}: open ${PAGE_PATH}`
}
