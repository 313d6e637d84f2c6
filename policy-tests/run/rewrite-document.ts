// The user's document, changed so that it runs here: other addresses, ports and keys. What it protects stays as it is.

import type { JWK } from 'jose'
import type { Config, EnvoyFleet, Fleet, Upstream } from '../../control-plane/document/model.ts'

/** What takes the place of things that are elsewhere. */
export interface Replacements {
  /** Upstreams that are called at their own addresses. */
  readonly keep: ReadonlySet<string>
  /** Upstreams whose real servers run here, in plaintext on loopback. */
  readonly real: { has(upstream: string): boolean }
  /** The address of the stand-in for an endpoint; undefined where nothing calls it. */
  readonly endpoint: (upstream: string, endpoint: string) => string | undefined
  readonly port: (fleet: string, listener: string) => number
  /** The keys of an entry of `jwt`. */
  readonly keys: (provider: string) => readonly JWK[]
}

/** The name of the one endpoint of an upstream whose document names none, because they come from elsewhere. */
export const SOLE_ENDPOINT = 'stand-in'

/** @param config a valid document */
export function rewriteDocument(config: Config, replacements: Replacements): Config {
  const { jwt, upstreams, fleets } = config
  return {
    ...config,
    upstreams: mapEntries(upstreams, (name, one) => rewriteUpstream(name, one, replacements)),
    fleets: mapEntries(fleets, (name, one) => rewriteFleet(name, one, replacements)),
    ...(jwt && {
      jwt: mapEntries(jwt, (name, one) => ({ ...one, jwks: { inline: { keys: replacements.keys(name) } } })),
    }),
  } as Config
}

/** The endpoints of an upstream that stand-ins are needed for. */
export function endpointsOf({ aggregate, endpoints }: Upstream): readonly string[] {
  if (aggregate !== undefined) return []
  return endpoints === undefined ? [SOLE_ENDPOINT] : Object.keys(endpoints)
}

/**
 * Stand-ins take no header of the PROXY protocol. They are always healthy, and a check that is late on a busy machine would
 * take them out.
 */
function rewriteUpstream(name: string, upstream: Upstream, { keep, real, endpoint }: Replacements): Upstream {
  if (keep.has(name) || upstream.aggregate !== undefined) return upstream
  const {
    endpointsFrom: _from,
    dns: _dns,
    proxyProtocol: _proxy,
    healthCheck: _check,
    tls,
    ...rest
  } = upstream
  const written = upstream.endpoints ?? { [SOLE_ENDPOINT]: { address: '' } }
  return {
    ...rest,
    ...(tls && !real.has(name) && { tls }),
    endpoints: mapEntries(written, (id, { additionalAddresses: _more, ...one }) => ({
      ...one,
      address: endpoint(name, id) ?? one.address,
    })),
  }
}

/** Logs and spans would leave this machine, or be written into files of it. */
function rewriteFleet(name: string, fleet: Fleet, { port }: Replacements): Fleet {
  if (fleet.kind !== 'envoy') return fleet
  const {
    accessLog: _log,
    tracing: _tracing,
    ...rest
  } = fleet as EnvoyFleet & { readonly accessLog?: unknown }
  return {
    ...rest,
    listeners: mapEntries(fleet.listeners, (id, listener) => {
      const { address: _address, proxyProtocol: _proxy, accessLog: _own, ...own } = listener
      return { ...own, port: port(name, id) }
    }),
  }
}

function mapEntries<T, U>(
  map: Readonly<Record<string, T>>,
  change: (name: string, value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(name, value)]))
}
