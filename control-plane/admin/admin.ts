// The REST server: what it serves, how it reads bodies, and how it answers when something is wrong.

import { isIP } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import { toProblem } from '../document/problem.ts'
import { createSchemaCheck } from '../document/schema-check.ts'
import { type Access, addAccess } from './access.ts'
import { addApiDocs } from './api-docs.ts'
import { addBodyParsers } from './body.ts'
import { configRoutes } from './config-routes.ts'
import type { DesiredState, Nodes } from './desired-state.ts'
import { lbRoutes } from './lb-routes.ts'
import { addMetrics } from './metrics.ts'
import { createProblem, problemOf, sendProblem } from './problem.ts'
import { revisionRoutes } from './revision-routes.ts'
import { statusRoutes } from './status-routes.ts'

/** Room for a document of more than ten thousand upstreams. */
const BODY_LIMIT = 4 * 1024 * 1024

export interface AdminOptions {
  readonly state: DesiredState
  readonly nodes: Nodes
  /** Who may do what. Without it everybody may do everything, and the admin stays on loopback. */
  readonly access?: Access
}

export interface RoutesOptions extends AdminOptions {
  /** Aborts when the server closes, so that no wait holds it up. */
  readonly closing: AbortSignal
}

/** The admin's routes, not listening yet: `inject` speaks to them without a socket. */
export async function createAdmin(options: AdminOptions): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    // Faults of ours go to stderr; stdout belongs to what a process has to say when it is ready.
    logger: { level: 'error', stream: process.stderr },
    frameworkErrors: (error, _request, reply) => sendProblem(reply, problemOf(error)),
    // Whoever asks while it closes is told by /readyz, and served.
    return503OnClosing: false,
  })
  const closing = new AbortController()
  server.addHook('preClose', async () => closing.abort())
  const routes: RoutesOptions = { ...options, closing: closing.signal }

  addBodyParsers(server)
  server.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    // The config part validates bodies, because what it says of them is the same for files.
    if (httpPart === 'body') return (value: unknown) => ({ value })
    const check = createSchemaCheck(schema)
    return (value: unknown) => {
      const problems = check(value).map(toProblem)
      if (problems.length === 0) return { value }
      const cause = new SwitchyardError('invalid-argument', `the ${httpPart} is not valid`, { problems })
      // fastify writes onto the error that it is given, so it does not get ours itself.
      return { error: new Error(cause.message, { cause }) }
    }
  })
  // The schemas of answers are for readers of the API document.
  server.setSerializerCompiler(() => JSON.stringify)
  server.setErrorHandler((error: Error, request, reply) => {
    const problem = problemOf(error)
    if (problem.status >= 500) request.log.error(error)
    return sendProblem(reply, problem)
  })
  server.setNotFoundHandler(({ method, url }, reply) =>
    sendProblem(reply, createProblem('not-found', `${method} ${url} leads nowhere: see GET /docs`)),
  )

  server.decorateRequest('caller', undefined)
  server.decorateRequest('revision', undefined)
  const { access } = options
  if (access !== undefined) await addAccess(server, access)
  addMetrics(server, routes)
  await addApiDocs(server, { withTokens: access !== undefined })
  for (const plugin of [configRoutes, lbRoutes, revisionRoutes, statusRoutes]) server.register(plugin, routes)
  return server
}

/**
 * Starts the admin on `HOST:PORT`; port 0 takes a free one.
 * @returns its URL, and a `close` that answers all who wait before it resolves
 * @throws SwitchyardError `invalid-argument` for an address that is none, or that others reach where there are no tokens;
 * `address-in-use`
 */
export async function startAdmin(
  options: AdminOptions & { readonly address: string },
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const [, host, port] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(options.address) ?? []
  if (host === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      `"${options.address}" is not HOST:PORT, such as 127.0.0.1:9000`,
    )
  }
  if (options.access === undefined && !isLoopback(host)) {
    throw new SwitchyardError(
      'invalid-argument',
      `the admin is not served on ${host} without tokens: keep them in a folder (--state or --access), or stay on 127.0.0.1`,
    )
  }
  const server = await createAdmin(options)
  try {
    const url = await server.listen({ host, port: Number(port) })
    return { url, close: async () => await server.close() }
  } catch (error) {
    await server.close()
    throw asListenError(error, options.address)
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function asListenError(error: unknown, address: string): SwitchyardError {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return new SwitchyardError(
      'address-in-use',
      `the admin cannot listen on ${address}, which is in use: end what listens there, or choose another address`,
      { cause: error },
    )
  }
  return SwitchyardError.from(error)
}
