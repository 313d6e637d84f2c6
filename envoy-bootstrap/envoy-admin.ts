// A typed client of Envoy's admin, for what only Envoy knows: its resources and its open connections.
// https://www.envoyproxy.io/docs/envoy/latest/operations/admin
import { setTimeout } from 'node:timers/promises'
import { fromJson, type JsonObject } from '@bufbuild/protobuf'
import { type Clusters, ClustersSchema } from '@envoy/xds-protos/envoy/admin/v3/clusters_pb.js'
import { SwitchyardError } from '../core/errors.ts'
import { type AdminAnswer, requestAdmin } from './admin-request.ts'

export type ServerState = 'LIVE' | 'DRAINING' | 'PRE_INITIALIZING' | 'INITIALIZING'

/** A resource in Envoy's config dump. An ACK does not say whether it is active or still warming. */
export interface DynamicResource {
  readonly name: string
  readonly state: 'active' | 'warming' | 'draining'
  /** The version that the control plane gave it. */
  readonly versionInfo: string
  /** Envoy's own JSON, with the field names of the protos. */
  readonly config: JsonObject
}

/** Open connections of a listener by how they are handled: L4 by tcp_proxy, L7 by the HTTP connection manager. */
export interface DownstreamConnections {
  readonly l4: number
  readonly l7: number
}

interface DynamicState {
  readonly version_info?: string
  readonly listener: JsonObject
}

interface DynamicListener {
  readonly name: string
  readonly active_state?: DynamicState
  readonly warming_state?: DynamicState
  readonly draining_state?: DynamicState
}

interface DynamicCluster {
  readonly version_info?: string
  readonly cluster: JsonObject & { readonly name: string }
}

/** Every method throws SwitchyardError `process-failed` if Envoy does not answer, or answers with an error. */
export class EnvoyAdmin {
  /** `unix:/PATH` of its socket, or such as `http://127.0.0.1:9901`. */
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** The state of the server. It is `LIVE` once the first CDS and LDS responses have arrived or timed out. */
  async ready(): Promise<ServerState> {
    // The status is 503 until LIVE, but the body has the state.
    const { body } = await this.#request('/ready')
    return body.trim() as ServerState
  }

  /**
   * Resolves when the server is `LIVE`, which means that its listeners accept connections.
   * Without a control plane that takes 30 s: 15 s each for clusters and listeners.
   */
  async waitUntilLive(timeoutMs = 60_000): Promise<void> {
    const timeout = AbortSignal.timeout(timeoutMs)
    for (let pauseMs = 5; ; pauseMs = Math.min(2 * pauseMs, 200)) {
      const state = await this.ready()
      if (state === 'LIVE') return
      if (timeout.aborted) throw this.#failed(`says that Envoy is ${state} after ${timeoutMs} ms, not LIVE`)
      await setTimeout(pauseMs)
    }
  }

  /** The node, as it names itself to its control plane. */
  async node(): Promise<{ readonly id: string; readonly cluster: string }> {
    const { node = {} } = await this.#json<{
      readonly node?: { readonly id?: string; readonly cluster?: string }
    }>('/server_info')
    return { id: node.id ?? '', cluster: node.cluster ?? '' }
  }

  /** Envoy's config dump with endpoints, as its own JSON: `{"configs": [{"@type": …}, …]}`. */
  async configDump(): Promise<JsonObject> {
    return await this.#json<JsonObject>('/config_dump?include_eds')
  }

  /** The clusters from xDS, sorted by name. */
  async dynamicClusters(): Promise<readonly DynamicResource[]> {
    const [active, warming] = await Promise.all([
      this.#resources<DynamicCluster>('dynamic_active_clusters'),
      this.#resources<DynamicCluster>('dynamic_warming_clusters'),
    ])
    const inState = (state: DynamicResource['state']) => (dump: DynamicCluster) => ({
      name: dump.cluster.name,
      state,
      versionInfo: dump.version_info ?? '',
      config: dump.cluster,
    })
    return [...active.map(inState('active')), ...warming.map(inState('warming'))].sort(byName)
  }

  /** The listeners from xDS, sorted by name. A listener that is being replaced appears once in each state. */
  async dynamicListeners(): Promise<readonly DynamicResource[]> {
    const listeners = await this.#resources<DynamicListener>('dynamic_listeners')
    return listeners
      .flatMap((dump) =>
        (['active', 'warming', 'draining'] as const).flatMap((state) => {
          const dynamic = dump[`${state}_state`]
          if (!dynamic) return []
          return [
            { name: dump.name, state, versionInfo: dynamic.version_info ?? '', config: dynamic.listener },
          ]
        }),
      )
      .sort(byName)
  }

  /** All clusters with their hosts: addresses, health, counters. */
  async clusters(): Promise<Clusters> {
    const json = await this.#json<JsonObject>('/clusters?format=json')
    // An Envoy may be newer than our protos.
    return fromJson(ClustersSchema, json, { ignoreUnknownFields: true })
  }

  /** Counters and gauges by name. `filter` is a regular expression (RE2) that a name must contain. */
  async stats(filter: string): Promise<ReadonlyMap<string, number>> {
    type Stat = { readonly name?: string; readonly value?: number | string }
    const path = `/stats?format=json&filter=${encodeURIComponent(filter)}`
    const { stats } = await this.#json<{ readonly stats: readonly Stat[] }>(path)
    // Histograms have no name, and text readouts have no number.
    return new Map(
      stats.flatMap(({ name, value }) => (name && typeof value === 'number' ? [[name, value] as const] : [])),
    )
  }

  /** The number of replaced listeners and filter chains that still have connections. */
  async draining(): Promise<number> {
    const counts = await this.stats('^listener_manager.total_(listeners|filter_chains)_draining$')
    return [...counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /**
   * Counts the open connections of a listener by mode. After a flip from L4 to L7, the last old connection is gone when
   * `l4` is 0; after a flip back, when `l7` is 0. Envoy has no stat of connections per filter chain.
   *
   * @param listener the listener's `stat_prefix`; without one, its address, such as `127.0.1.5:8080`
   * @param httpStatPrefix the `stat_prefix` of its HTTP connection manager, which no other listener may use
   */
  async activeDownstreamConnections(
    listener: string,
    httpStatPrefix: string,
  ): Promise<DownstreamConnections> {
    const active = await this.stats('downstream_cx_active$')
    const all = active.get(`listener.${listener.replaceAll(':', '_')}.downstream_cx_active`) ?? 0
    const l7 = active.get(`http.${httpStatPrefix}.downstream_cx_active`) ?? 0
    return { l4: all - l7, l7 }
  }

  /** Sends GOAWAY to HTTP clients during the drain time, then closes all listeners. */
  async drainListeners(): Promise<void> {
    await this.post('/drain_listeners?graceful')
  }

  /** What it answers to a GET, such as of `/stats/prometheus`. */
  async read(path: string): Promise<string> {
    return await this.#ok(path)
  }

  async post(path: string): Promise<void> {
    await this.#ok(path, 'POST')
  }

  async #resources<T>(field: string): Promise<readonly T[]> {
    const { configs = [] } = await this.#json<{ readonly configs?: readonly T[] }>(
      `/config_dump?resource=${field}`,
    )
    return configs
  }

  async #json<T>(path: string): Promise<T> {
    return JSON.parse(await this.#ok(path)) as T
  }

  async #ok(path: string, method?: 'POST'): Promise<string> {
    const { status, body } = await this.#request(path, method)
    if (status >= 200 && status < 300) return body
    throw this.#failed(`answered ${status} to ${path}: ${body.trim()}`)
  }

  async #request(path: string, method: 'GET' | 'POST' = 'GET'): Promise<AdminAnswer> {
    try {
      return await requestAdmin(this.url, path, method)
    } catch (cause) {
      throw this.#failed(`did not answer ${path}: check whether this Envoy is running`, cause)
    }
  }

  #failed(what: string, cause?: unknown): SwitchyardError {
    return new SwitchyardError('process-failed', `Envoy's admin at ${this.url} ${what}`, { cause })
  }
}

function byName(a: DynamicResource, b: DynamicResource): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
