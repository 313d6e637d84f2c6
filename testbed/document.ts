// The document as a testbed sees it: the one that it generates, and the addresses in a given one.

import type { LbMode } from '../api/schemas/lb.ts'

/** The parts of a document that a testbed reads. The control plane validates it; here every part may be missing. */
export interface Document {
  readonly upstreams?: Readonly<Record<string, { readonly endpoints?: Endpoints } | null>>
  readonly fleets?: Readonly<Record<string, FleetDocument | null>>
}

type Endpoints = Readonly<Record<string, { readonly address?: unknown } | null>>

interface FleetDocument {
  readonly kind?: string
  readonly lb?: { readonly mode?: unknown } | null
  readonly localities?: Readonly<Record<string, (Locality & { readonly envoys?: number }) | null>>
  readonly listeners?: Readonly<Record<string, ListenerDocument | null>>
}

interface Locality {
  readonly region?: string
  readonly zone?: string
  readonly subZone?: string
}

interface ListenerDocument {
  readonly port?: number
  readonly address?: string
  readonly tls?: { readonly enabled?: boolean; readonly clientCa?: string; readonly requireClient?: boolean }
}

export const LISTENER = 'main'
/** The listener of a generated fleet of gRPC clients, which they call as `xds:///echo`. */
const PROXYLESS_LISTENER = 'echo'

/** The security parts of a generated document: top-level entries, and those of each fleet and its listener. */
export interface SecuritySections {
  readonly upstreams: object
  readonly document: object
  readonly security: object
  readonly tls: object
}

/**
 * Generates a document: one upstream with all backends, and one listener for each fleet. Fleets start at L4; with security
 * at L7, because L4 sees no calls.
 * @param options `isWatched`: whether Envoys log calls to the control plane and count them by gRPC status, which the live page shows
 */
export function generateDocument(
  fleets: readonly string[],
  backends: readonly { readonly id: string; readonly address: string }[],
  port: number,
  secured?: SecuritySections,
  { isWatched = false }: { readonly isWatched?: boolean } = {},
) {
  const listener = { port, l4: { upstream: 'echo' }, l7: { routes: 'public' } }
  const fleet = {
    kind: 'envoy',
    lb: { mode: secured ? 'l7' : 'l4', policy: 'round_robin' },
    listeners: { [LISTENER]: { ...listener, ...(secured && { tls: secured.tls }) } },
    ...(secured && { security: secured.security }),
    ...(isWatched && { accessLog: { enabled: true, grpc: {} }, filters: { grpcStats: { enabled: true } } }),
  }
  return {
    version: 1,
    upstreams: {
      echo: { endpoints: Object.fromEntries(backends.map(({ id, address }) => [id, { address }])) },
      ...secured?.upstreams,
    },
    routes: { public: { hosts: ['*'], rules: { echo: { match: {}, to: { echo: 100 } } } } },
    ...secured?.document,
    fleets: Object.fromEntries(fleets.map((name) => [name, fleet])),
  }
}

/**
 * Adds fleets of gRPC clients to a generated document, with the same routes.
 * @param clients the languages of the clients by fleet
 */
export function withProxylessFleets<T extends { readonly fleets: object }>(
  document: T,
  clients: ReadonlyMap<string, readonly string[]>,
) {
  const listeners = { [PROXYLESS_LISTENER]: { l7: { routes: 'public' } } }
  const fleets = [...clients].map(([name, languages]) => [
    name,
    { kind: 'proxyless', clients: languages, lb: { policy: 'round_robin' }, listeners },
  ])
  return { ...document, fleets: { ...document.fleets, ...Object.fromEntries(fleets) } }
}

/** What the clients of a fleet call, such as `xds:///echo`; undefined for a fleet that is not one of gRPC clients. */
export function proxylessTargetOf({ fleets }: Document, name: string): string | undefined {
  const fleet = fleets?.[name]
  const [listener] = Object.keys(fleet?.listeners ?? {})
  return fleet?.kind === 'proxyless' && listener !== undefined ? `xds:///${listener}` : undefined
}

/** The mode of a fleet; gRPC clients balance calls. */
export function modeOf({ fleets }: Document, name: string): LbMode {
  return fleets?.[name]?.lb?.mode === 'l4' ? 'l4' : 'l7'
}

/** The names of the fleets of gRPC clients. */
export function proxylessFleetsOf({ fleets }: Document): readonly string[] {
  return Object.entries(fleets ?? {}).flatMap(([name, fleet]) => (fleet?.kind === 'proxyless' ? [name] : []))
}

/** The names of the fleets of Envoys. */
export function envoyFleetsOf({ fleets }: Document): readonly string[] {
  return Object.entries(fleets ?? {}).flatMap(([name, fleet]) => (fleet?.kind === 'envoy' ? [name] : []))
}

/** The listeners of a fleet with their ports; `address` only where it is written. */
export function listenersOf(
  { fleets }: Document,
  fleet: string,
): readonly { readonly name: string; readonly port: number; readonly address?: string }[] {
  return Object.entries(fleets?.[fleet]?.listeners ?? {}).flatMap(([name, listener]) => {
    const { port, address } = listener ?? {}
    return typeof port === 'number' ? [{ name, port, ...(typeof address === 'string' && { address }) }] : []
  })
}

/** The port of a fleet's listener `main`, else of its first listener. */
export function portOf(document: Document, fleet: string): number | undefined {
  return listenerOf(document, fleet)?.port
}

/** Where an Envoy of a fleet runs, by its index from 0: the document says how many of them are in which locality, in the order of names. */
export function localityOf({ fleets }: Document, fleet: string, index: number): Locality | undefined {
  const places = Object.entries(fleets?.[fleet]?.localities ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, place]) => {
      const { envoys = 0, ...locality } = place ?? {}
      return Array.from({ length: envoys }, () => locality)
    })
  return places[index % places.length]
}

/** An endpoint on this host. */
export interface LocalEndpoint {
  readonly upstream: string
  readonly id: string
  readonly address: string
}

/** What a client of the same listener needs for TLS; undefined without TLS. */
export function clientTlsOf(document: Document, name: string): { readonly certificate: boolean } | undefined {
  const { enabled, clientCa, requireClient = true } = listenerOf(document, name)?.tls ?? {}
  return enabled ? { certificate: clientCa !== undefined && requireClient } : undefined
}

function listenerOf({ fleets }: Document, name: string): ListenerDocument | null | undefined {
  const listeners = fleets?.[name]?.listeners ?? {}
  return listeners[LISTENER] ?? Object.values(listeners)[0]
}

/** The endpoints on this host in document order, each address once, without those of the upstreams in `except`. */
export function localEndpointsOf(
  { upstreams = {} }: Document,
  except: readonly string[] = [],
): readonly LocalEndpoint[] {
  const byAddress = new Map<string, LocalEndpoint>()
  for (const [name, upstream] of Object.entries(upstreams)) {
    if (except.includes(name)) continue
    for (const [id, endpoint] of Object.entries(upstream?.endpoints ?? {})) {
      const address = endpoint?.address
      if (typeof address === 'string' && isLocal(address) && !byAddress.has(address))
        byAddress.set(address, { upstream: name, id, address })
    }
  }
  return [...byAddress.values()]
}

/** The address of an upstream's first endpoint on this host. */
export function firstLocalEndpointOf({ upstreams = {} }: Document, upstream: string): string | undefined {
  return localEndpointsOf({ upstreams: { [upstream]: upstreams[upstream] ?? null } })[0]?.address
}

/** Whether an address is on this host. */
export function isLocal(address: string): boolean {
  return /^(127\.|localhost:|\[::1\]:|unix:)/.test(address)
}
