// The typed client of the REST API. It runs in Node and in browsers.

import { SwitchyardError } from '../core/errors.ts'
import { decodeEvents, type ServerEvent } from './event-stream.ts'
import { EVENT_STREAM_TYPE, JSON_TYPE, MERGE_PATCH_TYPE, YAML_TYPE } from './media-types.ts'
import { OPERATIONS, type OperationId } from './operations.ts'
import { readProblem } from './read-problem.ts'
import type { DashboardList, PanelValues } from './schemas/dashboards.ts'
import type { RegistrationRequest, UpstreamEndpoint, UpstreamEndpoints } from './schemas/endpoints.ts'
import type { FlipProgress } from './schemas/flip.ts'
import type { LbRequest, LbSetting } from './schemas/lb.ts'
import type { Load } from './schemas/load.ts'
import type { Disconnected } from './schemas/node.ts'
import type { LoadQuery } from './schemas/request.ts'
import type { RevisionList, RevisionWithDocument } from './schemas/revision.ts'
import type { Caller, LoginLink, LoginLinkRequest, Session } from './schemas/session.ts'
import type { Snapshot } from './schemas/snapshot.ts'
import type { Health, Readiness, Status } from './schemas/status.ts'
import type { TestbedLoad, TestbedLoadSetting } from './schemas/testbed.ts'
import type { NewToken, TokenList, TokenRequest } from './schemas/tokens.ts'
import type { Traffic } from './schemas/traffic.ts'
import type { WriteAnswer } from './schemas/write-answer.ts'

export interface ClientOptions {
  /** URL of the control plane, such as `http://127.0.0.1:9000`. */
  readonly url: string
  /** Sent as a bearer token with every request. Its name becomes the author of revisions. */
  readonly token?: string
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
}

export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Replaces the client's token for this call. */
  readonly token?: string
}

export interface WriteOptions extends CallOptions {
  /** How long to wait for the outcome, such as `30s`; at most `5m`. Default: 30s. False: return at once. */
  readonly wait?: string | false
  /** The document that this write replaces, by its ETag (`If-Match`). Default: any. */
  readonly etag?: string
}

/** The desired state, and the ETag with which to write it back. */
export interface CurrentConfig {
  readonly config: unknown
  readonly etag: string
}

export interface Page {
  /** At most this many revisions, up to 1,000. Default: 100. */
  readonly limit?: number
  /** Only revisions with lower numbers. */
  readonly before?: number
}

export interface EventsOptions extends CallOptions {
  /** The `id` of the last event that was read: the events after it come first, where the control plane has them. */
  readonly lastEventId?: string
}

interface Body {
  readonly type: string
  readonly text: string
}

interface RequestParts {
  /** Values of the path's parameters. */
  readonly params?: Readonly<Record<string, string | number>>
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: Body
  readonly headers?: Readonly<Record<string, string>>
}

/** The control plane sends a comment each 15 seconds. */
const SILENCE_MS = 45_000
const DEFAULT_WAIT = '30s'
/** Matches any document: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
const ANY = '*'

/**
 * One method for each REST operation. Every method throws SwitchyardError: with the code and the problems of the problem
 * document (`nacked` and `pending` included; `cause` is the whole document), `unreachable` if nothing answers at the URL
 * or TLS fails, or `process-failed` for an answer that is not a problem document.
 */
export class RestClient {
  /** Without a slash at the end. */
  readonly url: string
  readonly #token: string | undefined
  readonly #fetch: typeof globalThis.fetch

  constructor({ url, token, fetch = (...request) => globalThis.fetch(...request) }: ClientOptions) {
    this.url = url.replace(/\/+$/, '')
    this.#token = token
    this.#fetch = fetch
  }

  /** Gets the desired state. */
  async getConfig(options: CallOptions = {}): Promise<CurrentConfig> {
    const response = await this.#send('getConfig', {}, options)
    return { config: await response.json(), etag: response.headers.get('etag') ?? '' }
  }

  /** Replaces the desired state. A string is YAML: its problems then have lines and columns. */
  async putConfig(document: string | object, options: WriteOptions = {}): Promise<WriteAnswer> {
    const body = typeof document === 'string' ? { type: YAML_TYPE, text: document } : jsonBody(document)
    return await this.#write('putConfig', { body }, { etag: ANY, ...options })
  }

  /** Changes parts of the desired state with a JSON merge patch. */
  async patchConfig(patch: unknown, options: WriteOptions = {}): Promise<WriteAnswer> {
    const body = { type: MERGE_PATCH_TYPE, text: JSON.stringify(patch) }
    return await this.#write('patchConfig', { body }, { etag: ANY, ...options })
  }

  /** Gets how a fleet balances load, defaults included. */
  async getLb(fleet: string, options: CallOptions = {}): Promise<LbSetting> {
    return await this.#read('getLb', { params: { fleet } }, options)
  }

  /** Switches how a fleet balances load. Without a policy the fleet keeps the one that it has. */
  async putLb(
    fleet: string,
    setting: LbRequest,
    options: WriteOptions = {},
  ): Promise<WriteAnswer & LbSetting> {
    return await this.#write('putLb', { params: { fleet }, body: jsonBody(setting) }, options)
  }

  /** Lists the endpoints of an upstream, and where each comes from. @throws SwitchyardError `not-found` */
  async listEndpoints(upstream: string, options: CallOptions = {}): Promise<UpstreamEndpoints> {
    return await this.#read('listEndpoints', { params: { upstream } }, options)
  }

  /**
   * Registers an endpoint, or renews its lease; resolves when it is served.
   * @throws SwitchyardError `not-found` if the upstream takes no registrations, `limit-reached`
   */
  async putEndpoint(
    upstream: string,
    endpoint: string,
    registration: RegistrationRequest,
    options: CallOptions = {},
  ): Promise<UpstreamEndpoint> {
    const parts = { params: { upstream, endpoint }, body: jsonBody(registration) }
    return await this.#read('putEndpoint', parts, options)
  }

  /** Removes a registered endpoint; resolves when it is no longer served. @throws SwitchyardError `not-found` */
  async deleteEndpoint(upstream: string, endpoint: string, options: CallOptions = {}): Promise<void> {
    await this.#send('deleteEndpoint', { params: { upstream, endpoint } }, options)
  }

  /** Ends the streams of a node, which connects again. @throws SwitchyardError `not-found` if it has none */
  async deleteStreams(fleet: string, node: string, options: CallOptions = {}): Promise<Disconnected> {
    return await this.#read('deleteStreams', { params: { fleet, node } }, options)
  }

  /** Lists a page of revisions, newest first. Its `next` is the `before` of the next page. */
  async listRevisions({ limit, before, ...options }: CallOptions & Page = {}): Promise<RevisionList> {
    return await this.#read('listRevisions', { query: { limit, before } }, options)
  }

  /** Gets a revision with its document. */
  async getRevision(number: number, options: CallOptions = {}): Promise<RevisionWithDocument> {
    return await this.#read('getRevision', { params: { number } }, options)
  }

  /** Waits for the outcome of a revision: the `getRevision` operation with a wait. */
  async waitForRevision(
    number: number,
    { wait = DEFAULT_WAIT, ...options }: CallOptions & { readonly wait?: string } = {},
  ): Promise<WriteAnswer> {
    return await this.#read('getRevision', { params: { number }, query: { wait } }, options)
  }

  /** Gets how far a revision has come on each node. @throws SwitchyardError `not-found` if it is not kept any more */
  async getProgress(number: number, options: CallOptions = {}): Promise<FlipProgress> {
    return await this.#read('getProgress', { params: { number } }, options)
  }

  /**
   * Follows what happens, on one connection: `hello` comes first. Ends when the control plane closes the connection; leaving the
   * loop closes it too. `followEvents` connects again.
   * @throws SwitchyardError `unreachable` also if the connection breaks, or is silent for longer than the control plane ever is
   */
  async *getEvents({
    lastEventId,
    signal,
    ...options
  }: EventsOptions = {}): AsyncGenerator<ServerEvent, void, undefined> {
    const silence = new AbortController()
    const both = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal])
    const headers = {
      accept: EVENT_STREAM_TYPE,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    }
    const { body } = await this.#send('getEvents', { headers }, { ...options, signal: both })
    if (body === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const watch = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
    }
    watch()
    try {
      yield* decodeEvents(body, watch)
    } catch (cause) {
      if (signal?.aborted) throw signal.reason
      const message = `the connection to ${this.url} broke`
      throw new SwitchyardError('unreachable', message, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Gets the status of fleets, nodes and the revision in force. */
  async getStatus(options: CallOptions = {}): Promise<Status> {
    return await this.#read('getStatus', {}, options)
  }

  /** Gets the calls to each backend, as the nodes report them: all, or those of a fleet, an upstream or a node. */
  async getLoad({ fleet, upstream, node, ...options }: CallOptions & LoadQuery = {}): Promise<Load> {
    return await this.#read('getLoad', { query: { fleet, upstream, node } }, options)
  }

  /** Gets the load that the testbed makes. @throws SwitchyardError `not-found` where there is no testbed */
  async getTestbedLoad(options: CallOptions = {}): Promise<TestbedLoad> {
    return await this.#read('getTestbedLoad', {}, options)
  }

  /** Starts, changes or stops the load that the testbed makes. @throws SwitchyardError `not-found` where there is no testbed */
  async putTestbedLoad(setting: TestbedLoadSetting, options: CallOptions = {}): Promise<TestbedLoad> {
    const body = { type: JSON_TYPE, text: JSON.stringify(setting) }
    return await this.#read('putTestbedLoad', { body }, options)
  }

  /** Gets the traffic of a fleet or of all, from the stats that Envoys push: of the last 15 minutes, or of fewer. */
  async getTraffic({
    fleet,
    minutes,
    ...options
  }: CallOptions & { readonly fleet?: string; readonly minutes?: number } = {}): Promise<Traffic> {
    return await this.#read('getTraffic', { query: { fleet, minutes } }, options)
  }

  /** Lists the dashboards. @throws SwitchyardError `not-found` if the control plane knows no Prometheus */
  async listDashboards(options: CallOptions = {}): Promise<DashboardList> {
    return await this.#read('listDashboards', {}, options)
  }

  /** Gets the values of a panel over the last 15 minutes, or `minutes`. @throws SwitchyardError `not-found`, or `unreachable` if Prometheus does not answer */
  async getPanel(
    dashboard: string,
    panel: string,
    { minutes, ...options }: CallOptions & { readonly minutes?: number } = {},
  ): Promise<PanelValues> {
    return await this.#read('getPanel', { params: { dashboard, panel }, query: { minutes } }, options)
  }

  /** Gets the resources that a fleet is served, or one of its connected nodes. */
  async getSnapshot(
    fleet: string,
    { node, ...options }: CallOptions & { readonly node?: string } = {},
  ): Promise<Snapshot> {
    return await this.#read('getSnapshot', { params: { fleet }, query: { node } }, options)
  }

  /** Makes a link that logs a browser in to the page, once. Without a role, the session has that of the caller. */
  async createLoginLink({ role, ...options }: CallOptions & LoginLinkRequest = {}): Promise<LoginLink> {
    return await this.#read('createLoginLink', { body: jsonBody({ role }) }, options)
  }

  /** Logs in with the code of a login link. A browser keeps the cookie of the answer and sends it from then on. */
  async createSession(code: string, options: CallOptions = {}): Promise<Session> {
    return await this.#read('createSession', { body: jsonBody({ code }) }, options)
  }

  /** Gets the name and the role of the caller. */
  async getSession(options: CallOptions = {}): Promise<Caller> {
    return await this.#read('getSession', {}, options)
  }

  /** Logs out: ends the session of the cookie. */
  async deleteSession(options: CallOptions = {}): Promise<void> {
    await this.#send('deleteSession', {}, options)
  }

  /** Lists the tokens of REST, without the tokens themselves. @throws SwitchyardError `not-found` where none are asked for */
  async listTokens(options: CallOptions = {}): Promise<TokenList> {
    return await this.#read('listTokens', {}, options)
  }

  /** Makes a token, valid at once. @throws SwitchyardError `already-exists`, `limit-reached` */
  async createToken({ token, signal, ...request }: CallOptions & TokenRequest): Promise<NewToken> {
    const options = { ...(token !== undefined && { token }), ...(signal && { signal }) }
    return await this.#read('createToken', { body: jsonBody(request) }, options)
  }

  /** Revokes a token by its name, effective at once. @throws SwitchyardError `not-found` */
  async deleteToken(name: string, options: CallOptions = {}): Promise<void> {
    await this.#send('deleteToken', { params: { token: name } }, options)
  }

  /** Checks that the process answers. */
  async getHealth(options: CallOptions = {}): Promise<Health> {
    return await this.#read('getHealth', {}, options)
  }

  /** Checks that a revision is served. @throws SwitchyardError `unreachable` while the control plane shuts down */
  async getReadiness(options: CallOptions = {}): Promise<Readiness> {
    return await this.#read('getReadiness', {}, options)
  }

  async #read<T>(operation: OperationId, parts: RequestParts, options: CallOptions): Promise<T> {
    return (await (await this.#send(operation, parts, options)).json()) as T
  }

  async #write<T>(
    operation: OperationId,
    parts: RequestParts,
    { wait = DEFAULT_WAIT, etag, ...options }: WriteOptions,
  ): Promise<T> {
    const headers = etag === undefined ? {} : { 'if-match': etag }
    return await this.#read(operation, { ...parts, query: { wait: wait || undefined }, headers }, options)
  }

  async #send(
    operation: OperationId,
    { params = {}, query = {}, body, headers = {} }: RequestParts,
    { token = this.#token, signal }: CallOptions,
  ): Promise<Response> {
    const { method, path } = OPERATIONS[operation]
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value))
    }
    const request: RequestInit = {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': body.type }),
      },
      ...(body === undefined ? {} : { body: body.text }),
      ...(signal === undefined ? {} : { signal }),
    }
    const response = await this.#fetch(
      `${this.url}${filled}${search.size > 0 ? `?${search}` : ''}`,
      request,
    ).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason
      const message =
        tlsProblem(this.url, cause) ??
        `nothing answers at ${this.url}: check the URL, and that the control plane is running`
      throw new SwitchyardError('unreachable', message, { cause })
    })
    if (response.ok) return response
    throw await readProblem(response)
  }
}

function jsonBody(value: object): Body {
  return { type: JSON_TYPE, text: JSON.stringify(value) }
}

/** Undefined if the request failed for another reason. A browser gives no reason. */
function tlsProblem(url: string, failure: unknown): string | undefined {
  const { code = '', message } = ((failure as Error).cause ?? {}) as { code?: string; message?: string }
  if (!/CERT|SIGNATURE|SSL|TLS/.test(code)) return undefined
  return `TLS with ${url} failed (${message}): correct the URL, or trust the CA: --admin-ca FILE of yard, or NODE_EXTRA_CA_CERTS=FILE`
}
