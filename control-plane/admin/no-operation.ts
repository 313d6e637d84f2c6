// Requests that no route takes: 405 with `Allow` if the path exists, else 404.

import type { FastifyInstance } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'

interface Path {
  readonly pattern: RegExp
  readonly methods: Set<string>
}

/** Call it before any route is registered, and after authentication. */
export function rejectUnknownOperations(server: FastifyInstance): void {
  const paths = new Map<string, Path>()
  server.addHook('onRoute', ({ url, method }) => {
    const path = paths.get(url) ?? { pattern: patternOf(url), methods: new Set() }
    for (const one of [method].flat()) path.methods.add(one)
    paths.set(url, path)
  })
  // A hook and not a handler: a handler would run after the body was read, so a bad body would hide a bad path.
  server.addHook('onRequest', async ({ is404, method, url }, reply) => {
    if (!is404) return
    const [pathname = ''] = url.split('?', 1)
    const methods = new Set(
      [...paths.values()].flatMap((path) => (path.pattern.test(pathname) ? [...path.methods] : [])),
    )
    if (methods.size === 0) throw noOperation(method, pathname)
    const allowed = [...methods].sort().join(', ')
    reply.header('allow', allowed)
    throw new SwitchyardError(
      'method-not-allowed',
      `${pathname} does not have the method ${method}. Use one of: ${allowed}`,
    )
  })
  // For routes that find nothing themselves, such as the files of /docs.
  server.setNotFoundHandler(({ method, url }) => {
    throw noOperation(method, url)
  })
}

function noOperation(method: string, path: string): SwitchyardError {
  return new SwitchyardError(
    'not-found',
    `${method} ${path} is not an operation of this API. GET /docs lists all operations`,
  )
}

/** `/v1/fleets/:fleet/lb` or `/docs/*` as a regular expression. */
function patternOf(url: string): RegExp {
  const pattern = url
    .split('/')
    .map((step) => (step === '*' ? '.*' : step.startsWith(':') ? '[^/]+' : step.replaceAll('.', '\\.')))
    .join('/')
  return new RegExp(`^${pattern}$`)
}
