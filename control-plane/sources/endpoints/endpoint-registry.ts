// The endpoints of upstreams as REST lists them, and as callers register and remove them.

import type {
  RegistrationRequest,
  UpstreamEndpoint,
  UpstreamEndpoints,
} from '../../../api/schemas/endpoints.ts'
import { SwitchyardError } from '../../../core/errors.ts'
import { ownValue } from '../../../core/plain-map.ts'
import { checkRegistration } from '../../document/check-endpoints.ts'
import type { Config, Endpoint, Upstream } from '../../document/model.ts'
import { formatSteps, toProblem } from '../../document/problem.ts'
import { parseDuration } from '../../switches/duration.ts'
import { DEFAULT_LEASE, DEFAULT_MAX } from '../../switches/endpoints-from.ts'
import type { EndpointStore } from './endpoint-store.ts'
import { mergeEndpoints } from './merge-endpoints.ts'
import type { PutResult } from './registrations.ts'

/** Of all upstreams together: registrations are in memory, and each push looks at all of an upstream. */
const MOST_REGISTRATIONS = 20_000

export class EndpointRegistry {
  readonly #store: EndpointStore
  readonly #state: { readonly config: Config }

  /** @param state gives the document in force */
  constructor(store: EndpointStore, state: { readonly config: Config }) {
    this.#store = store
    this.#state = state
  }

  /** @throws SwitchyardError `not-found` */
  list(name: string): UpstreamEndpoints {
    const upstream = this.#upstream(name)
    const given = this.#store.sourced.get(name) ?? {}
    const { served } = mergeEndpoints(upstream, given)
    const source = ownValue(this.#store.status(), name) ?? null
    const own = Object.entries(upstream.endpoints ?? {}).map(([id, endpoint]) => ({
      id,
      from: 'document',
      served: true,
      ...endpoint,
    }))
    const others = Object.entries(given).map(([id, endpoint]) => ({
      id,
      from: source?.source ?? '',
      served: served.has(id),
      ...endpoint,
      ...this.#leaseOf(name, id),
    }))
    const endpoints = [...own, ...others].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    return { upstream: name, source, endpoints }
  }

  /**
   * Registers an endpoint or renews its lease. Resolves when it is served.
   * @throws SwitchyardError `not-found` if the upstream takes no registrations, `invalid-argument` with all problems,
   * `limit-reached`
   */
  async put(
    name: string,
    id: string,
    request: RegistrationRequest,
  ): Promise<{ readonly result: PutResult; readonly endpoint: UpstreamEndpoint }> {
    const settings = this.#settingsOf(name)
    const problems = checkRegistration(id, request).map(toProblem)
    if (problems.length > 0) {
      throw new SwitchyardError('invalid-argument', 'this is not a valid endpoint', { problems })
    }
    const { registrations } = this.#store
    if (!registrations.has(name, id)) this.#checkLimits(name, settings.max ?? DEFAULT_MAX)
    const { lease, ...fields } = request
    const endpoint = fields as Endpoint
    const { lease: usual = DEFAULT_LEASE } = settings.registration
    const result = registrations.put(name, id, { endpoint, leaseMs: parseDuration(lease ?? usual) ?? 0 })
    await this.#store.served()
    const { served } = mergeEndpoints(this.#upstream(name), this.#store.sourced.get(name) ?? {})
    return {
      result,
      endpoint: {
        id,
        from: 'registration',
        served: served.has(id),
        ...endpoint,
        ...this.#leaseOf(name, id),
      },
    }
  }

  /** Removes a registered endpoint. Resolves when it is no longer served. @throws SwitchyardError `not-found` */
  async delete(name: string, id: string): Promise<void> {
    this.#settingsOf(name)
    if (!this.#store.registrations.delete(name, id)) {
      const isOwn = Object.hasOwn(this.#upstream(name).endpoints ?? {}, id)
      throw new SwitchyardError(
        'not-found',
        isOwn
          ? `"${id}" is an endpoint of the document: remove it there (yard set ${formatSteps(['upstreams', name, 'endpoints', id])}=null)`
          : `no endpoint "${id}" of upstream "${name}" is registered; GET /v1/upstreams/${name}/endpoints lists all`,
      )
    }
    await this.#store.served()
  }

  #upstream(name: string): Upstream {
    const found = ownValue(this.#state.config.upstreams, name)
    if (found !== undefined) return found
    const known = Object.keys(this.#state.config.upstreams)
    const fix = known.length === 0 ? 'the document has none' : `use one of: ${known.slice(0, 20).join(', ')}`
    throw new SwitchyardError('not-found', `unknown upstream "${name}": ${fix}`)
  }

  #settingsOf(name: string) {
    const { registration, ...settings } = this.#upstream(name).endpointsFrom ?? {}
    if (registration !== undefined) return { ...settings, registration }
    throw new SwitchyardError(
      'not-found',
      `upstream "${name}" takes no registrations: write ${formatSteps(['upstreams', name])}.endpointsFrom: { registration: {} } into the document`,
    )
  }

  #checkLimits(name: string, max: number): void {
    const { registrations } = this.#store
    if (registrations.count(name) >= max) {
      throw new SwitchyardError(
        'limit-reached',
        `upstream "${name}" has ${max} registered endpoints, which is the most that it may have: raise ${formatSteps(['upstreams', name])}.endpointsFrom.max, or remove some`,
      )
    }
    if (registrations.count() < MOST_REGISTRATIONS) return
    throw new SwitchyardError(
      'limit-reached',
      `${MOST_REGISTRATIONS} endpoints are registered, which is the most that a control plane keeps: remove some, or let their leases end`,
    )
  }

  #leaseOf(name: string, id: string) {
    const lease = this.#store.registrations.get(name, id)
    return lease === undefined ? {} : { lease: formatLease(lease.leaseMs), remainingMs: lease.remainingMs }
  }
}

function formatLease(milliseconds: number): string {
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${milliseconds}ms`
}
