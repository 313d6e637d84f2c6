// What the command asks of the control plane, over REST and in no other way.

import { ERROR_CODES, type ErrorCode, type Problem, SwitchyardError } from '../core/errors.ts'
import type { LbSetting, Revision, Status, WriteAnswer } from './answers.ts'

interface Request {
  readonly method?: 'GET' | 'PUT' | 'PATCH'
  /** With the type of its content. */
  readonly body?: string
  readonly type?: string
  readonly etag?: string
}

const WAIT = 'wait=30s'
const JSON_TYPE = 'application/json'
const YAML = 'application/yaml'
/** https://www.rfc-editor.org/rfc/rfc7396 */
const MERGE_PATCH = 'application/merge-patch+json'
/** If-Match that any document fits: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
const ANY = '*'
const URN = 'urn:switchyard:error:'

/**
 * Every method throws SwitchyardError: with the code and the problems of the control plane's own answer (`nacked` and
 * `pending` among them), or `unreachable` where nobody answers.
 */
export class RestClient {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string
  readonly #token: string | undefined

  /** `token` is sent with every request. */
  constructor(url: string, token?: string) {
    this.url = url.replace(/\/+$/, '')
    this.#token = token
  }

  async config(): Promise<unknown> {
    return await this.#read('/v1/config')
  }

  /** Replaces the whole document, whatever it is by now; problems are told by line and column. */
  async putConfig(yaml: string): Promise<WriteAnswer> {
    return await this.#write('/v1/config', { method: 'PUT', body: yaml, type: YAML, etag: ANY })
  }

  /** Changes parts of the document, whatever it is by now. */
  async patchConfig(patch: unknown): Promise<WriteAnswer> {
    const body = JSON.stringify(patch)
    return await this.#write('/v1/config', { method: 'PATCH', body, type: MERGE_PATCH, etag: ANY })
  }

  /** What is in effect. */
  async lb(fleet: string): Promise<LbSetting> {
    return await this.#read(`/v1/fleets/${encodeURIComponent(fleet)}/lb`)
  }

  /** Turns the switch of a fleet, and answers once all of it has ACKed. */
  async putLb(fleet: string, setting: LbSetting): Promise<WriteAnswer & LbSetting> {
    const body = JSON.stringify(setting)
    return await this.#write(`/v1/fleets/${encodeURIComponent(fleet)}/lb`, {
      method: 'PUT',
      body,
      type: JSON_TYPE,
    })
  }

  async status(): Promise<Status> {
    return await this.#read('/v1/status')
  }

  async revisions(): Promise<{ readonly revisions: readonly Revision[] }> {
    return await this.#read('/v1/revisions')
  }

  async revision(number: number): Promise<unknown> {
    return await this.#read(`/v1/revisions/${number}`)
  }

  async #read<T>(path: string): Promise<T> {
    return (await (await this.#fetch(path)).json()) as T
  }

  async #write<T>(path: string, request: Request): Promise<T> {
    return (await (await this.#fetch(`${path}?${WAIT}`, request)).json()) as T
  }

  async #fetch(path: string, { method = 'GET', body, type, etag }: Request = {}): Promise<Response> {
    const request: RequestInit = {
      method,
      headers: {
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(etag === undefined ? {} : { 'if-match': etag }),
      },
      ...(body === undefined ? {} : { body }),
    }
    const response = await fetch(`${this.url}${path}`, request).catch((cause: unknown) => {
      throw new SwitchyardError('unreachable', `nobody answers at ${this.url}: is the control plane up?`, {
        cause,
      })
    })
    if (response.ok) return response
    throw await problemIn(response)
  }
}

interface ProblemDocument {
  readonly type?: string
  readonly detail?: string
  readonly problems?: readonly Problem[]
}

/** The control plane's answer as the error that it was there. */
async function problemIn(response: Response): Promise<SwitchyardError> {
  const text = await response.text()
  const { type = '', detail, problems = [] } = parseProblem(text)
  const named = type.startsWith(URN) ? type.slice(URN.length) : ''
  const code: ErrorCode = named in ERROR_CODES ? (named as ErrorCode) : 'process-failed'
  return new SwitchyardError(code, detail ?? `${response.url} answered ${response.status}: ${text}`, {
    problems,
  })
}

function parseProblem(text: string): ProblemDocument {
  try {
    return JSON.parse(text) as ProblemDocument
  } catch {
    return {}
  }
}
