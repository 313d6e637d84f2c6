// The testbed that started this control plane: it is asked for its load over HTTP, on this host.

import { Type } from 'typebox'
import { type TestbedLoad, TestbedLoadSchema, type TestbedLoadSetting } from '../../api/schemas/testbed.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { createSchemaCheck } from '../document/schema-check.ts'

/** The check knows no formats. */
const check = createSchemaCheck(
  Type.Object({ ...TestbedLoadSchema.properties, since: Type.Optional(Type.String()) }),
)
/** It is on this host. */
const TIMEOUT_MS = 5_000
const NOT_FOUND = 404

export class TestbedLink {
  readonly #url: string

  /** @throws SwitchyardError `invalid-argument` for a URL that is not `http://` on loopback */
  constructor(url: string) {
    if (!isOnThisHost(url)) {
      throw new SwitchyardError(
        'invalid-argument',
        `--testbed ${url} is not a URL on this host: write one such as http://127.0.0.1:9100/load`,
      )
    }
    this.#url = url
  }

  /** @throws SwitchyardError `not-found` if the testbed has nothing to call, `unreachable` if it does not answer */
  read(): Promise<TestbedLoad> {
    return this.#send({ method: 'GET' })
  }

  /** Starts, changes or stops the load. @throws as `read` */
  set(setting: TestbedLoadSetting): Promise<TestbedLoad> {
    return this.#send({
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(setting),
    })
  }

  async #send(request: RequestInit): Promise<TestbedLoad> {
    const { status, value } = await this.#fetch(request)
    if (status === NOT_FOUND) {
      throw new SwitchyardError('not-found', 'the testbed has no fleet of Envoys that it could call')
    }
    const problems = check(value)
    if (problems.length === 0) return value as TestbedLoad
    throw new SwitchyardError('unreachable', `the testbed at ${this.#url} answered ${status} without a load`)
  }

  async #fetch(request: RequestInit): Promise<{ readonly status: number; readonly value: unknown }> {
    try {
      const response = await fetch(this.#url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) })
      return { status: response.status, value: await response.json() }
    } catch (cause) {
      throw new SwitchyardError(
        'unreachable',
        `the testbed does not answer at ${this.#url}: it may have ended, or it is just starting`,
        { cause },
      )
    }
  }
}

function isOnThisHost(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' }
  return protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
