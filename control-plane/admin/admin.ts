// The REST server: its routes, validation, error answers, and where it listens.

import { maxHeaderSize, type Server } from 'node:http'
import cookie from '@fastify/cookie'
import fastify, { type FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { isLoopback } from '../../core/loopback.ts'
import { describeHolder } from '../../core/port-holder.ts'
import type { RestIdentity } from '../access/rest-identity.ts'
import { Sessions } from '../access/sessions.ts'
import { toProblem } from '../document/problem.ts'
import { createSchemaCheck } from '../document/schema-check.ts'
import { type Access, addAccess } from './access.ts'
import { addApiDocs } from './api-docs.ts'
import { addBodyParsers } from './body.ts'
import { answerAllRequests, answerClientError } from './client-errors.ts'
import { configRoutes } from './config-routes.ts'
import { dashboardRoutes } from './dashboard-routes.ts'
import { closeWithin, DEADLINES, type Deadlines, deadlineOptions, MOST_CONNECTIONS } from './deadlines.ts'
import { endpointRoutes } from './endpoint-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { lbRoutes } from './lb-routes.ts'
import { loadRoutes } from './load-routes.ts'
import { addMetrics } from './metrics.ts'
import { rejectUnknownOperations } from './no-operation.ts'
import { rejectForeignHosts } from './own-hosts.ts'
import { addPage } from './page.ts'
import { problemOf, sendProblem } from './problem.ts'
import { addRequestSpans } from './request-spans.ts'
import { revisionRoutes } from './revision-routes.ts'
import type { RoutesOptions } from './routes-options.ts'
import { addSecurityHeaders } from './security-headers.ts'
import { sessionRoutes } from './session-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { testbedRoutes } from './testbed-routes.ts'
import { createTlsServer } from './tls-server.ts'
import { tokenRoutes } from './token-routes.ts'
import { trafficRoutes } from './traffic-routes.ts'

/** Enough for a document of more than ten thousand upstreams. */
const BODY_LIMIT = 4 * 1024 * 1024

export interface AdminOptions extends Omit<RoutesOptions, 'sessions' | 'closing'> {
  /** Tokens and the audit log. Without it every call is allowed, and the admin listens on loopback only. */
  readonly access?: Access
  /** Default: none yet. */
  readonly sessions?: Sessions
  /** Whether requests that write have spans; see `addRequestSpans`. Default: false. */
  readonly traced?: boolean
  /** Host names that REST answers to, without ports, beside addresses and `localhost`. Default: none. */
  readonly hosts?: readonly string[]
  /** Serves REST over TLS, at least 1.2; the names of its certificate are host names of REST. Default: plain HTTP. */
  readonly identity?: RestIdentity
  /** Default: 7 s for the handshake of TLS, 10 s for the headers of a request, 14 s for all of it. */
  readonly deadlines?: Deadlines
  /** The folder of the built page. Default: that of the checkout. */
  readonly pageFolder?: string
}

/** Creates the server without listening: `inject` calls its routes without a socket. */
export async function createAdmin(options: AdminOptions): Promise<FastifyInstance> {
  const { identity, deadlines: given = DEADLINES } = options
  const deadlines = deadlineOptions(given)
  const server = fastify<Server>({
    bodyLimit: BODY_LIMIT,
    // Errors go to stderr: stdout has only the line that says that the process is ready.
    logger: { level: 'error', stream: process.stderr },
    frameworkErrors: (error, _request, reply) => sendProblem(reply, problemOf(error)),
    // While it closes, requests are still served; /readyz reports the shutdown.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    // Node would answer 400 without a body; a hook answers with a problem document.
    http: { ...deadlines.http, requireHostHeader: false },
    // By its own `https`, fastify would make a second server for ::1 of localhost, which gets no renewed certificate.
    ...(identity && { serverFactory: (handler) => createTlsServer(identity, given, handler) }),
    requestTimeout: deadlines.requestTimeout,
    connectionTimeout: deadlines.connectionTimeout,
    // As long as a URL can be: a longer name would be an unknown path instead of an unknown fleet.
    routerOptions: { maxParamLength: maxHeaderSize },
  })
  server.server.maxConnections = MOST_CONNECTIONS
  addSecurityHeaders(server)
  answerAllRequests(server)
  rejectForeignHosts(server, options.hosts ?? [], (name) => identity?.isFor(name) === true)
  const closing = new AbortController()
  server.addHook('preClose', async () => closing.abort())
  const { access, pageFolder, sessions = new Sessions() } = options
  const routes: RoutesOptions = { ...options, sessions, closing: closing.signal }

  if (options.traced) addRequestSpans(server)
  addBodyParsers(server)
  server.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    // `document/` validates bodies, so that a body and a file get the same messages. `preconditions.ts` validates headers,
    // because a missing If-Match has a status of its own.
    if (httpPart === 'body' || httpPart === 'headers') return (value: unknown) => ({ value })
    const check = createSchemaCheck(schema)
    return (value: unknown) => {
      const problems = check(value).map(toProblem)
      if (problems.length === 0) return { value }
      const cause = new SwitchyardError('invalid-argument', `the ${httpPart} is not valid`, { problems })
      // fastify adds properties to the error that it gets, so it gets a copy.
      return { error: new Error(cause.message, { cause }) }
    }
  })
  // Answers are not validated at run time: rest-schemas.test.ts checks them against the schemas.
  server.setSerializerCompiler(() => JSON.stringify)
  server.setErrorHandler((error: Error, request, reply) => {
    const problem = problemOf(error)
    if (problem.status >= 500) request.log.error(error)
    return sendProblem(reply, problem)
  })
  server.decorateRequest('caller', undefined)
  server.decorateRequest('sessionSecret', undefined)
  server.decorateRequest('isCurrent', () => true)
  server.decorateRequest('revision', undefined)
  server.decorateRequest('madeToken', undefined)
  server.decorateRequest('shownSecrets', undefined)
  server.decorateRequest('isRenewal', false)
  server.decorate('countFailure', undefined)
  await server.register(cookie)
  if (access !== undefined) await addAccess(server, access, { sessions, state: options.state })
  rejectUnknownOperations(server)
  addMetrics(server, routes)
  await addApiDocs(server, { withTokens: access !== undefined })
  await addPage(server, pageFolder)
  for (const plugin of [
    configRoutes,
    lbRoutes,
    endpointRoutes,
    revisionRoutes,
    statusRoutes,
    loadRoutes,
    trafficRoutes,
    eventRoutes,
    testbedRoutes,
    dashboardRoutes,
    sessionRoutes,
    tokenRoutes,
  ])
    server.register(plugin, routes)
  return server
}

/**
 * Starts the admin on `HOST:PORT`; port 0 takes a free one.
 * @returns its URL, and a `close` that answers all waiting requests before it resolves, within two seconds
 * @throws SwitchyardError `invalid-argument` for an invalid address, or an address off loopback without tokens;
 * `address-in-use`
 */
export async function startAdmin(
  options: AdminOptions & { readonly address: string },
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const address = splitAddress(options.address)
  if (address === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      `"${options.address}" is not an address: write HOST:PORT, such as 127.0.0.1:9000`,
    )
  }
  if (options.access === undefined && !isLoopback(address.host)) {
    throw new SwitchyardError(
      'invalid-argument',
      `the admin does not listen on ${address.host} without tokens: name a folder for them with --state or --access, or listen on 127.0.0.1`,
    )
  }
  const server = await createAdmin({ ...options, hosts: [address.host, ...(options.hosts ?? [])] })
  try {
    const plainUrl = await server.listen(address)
    const url = options.identity === undefined ? plainUrl : plainUrl.replace(/^http:/, 'https:')
    return { url, close: () => closeWithin(server, DEADLINES.closeMs) }
  } catch (error) {
    await server.close()
    throw asListenError(error, options.address)
  }
}

function asListenError(error: unknown, address: string): SwitchyardError {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return new SwitchyardError(
      'address-in-use',
      `the admin cannot listen on ${address}: the address is in use by ${describeHolder(address)}. Stop that process, or choose another address`,
      { cause: error },
    )
  }
  return SwitchyardError.from(error)
}
