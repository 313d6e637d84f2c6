// Documents that make a service mesh of Envoys: which proxies a call passes, where it is balanced, and where it is encrypted.

import { nodeAddress } from '../../envoy-bootstrap/node-address.ts'
import type { ProxiedBackend } from '../proxies/proxy.ts'

/**
 * - `sidecars`: a proxy beside the client balances calls over proxies beside each backend, with mutual TLS between them.
 * - `node-proxies`: one proxy of the client's node and one of the backends' node pass bytes on, with mutual TLS between them.
 * - `waypoint`: between both node proxies, one more proxy takes the bytes apart into calls and balances these.
 */
export type MeshShape = 'sidecars' | 'node-proxies' | 'waypoint'

/** What the proxy that balances does with calls, as fields of the document. */
export interface MeshPolicy {
  /** Of the upstream, such as `{ policy: 'least_request' }`. */
  readonly lb: object
  /** Further fields of the upstream, such as `circuitBreaker`. */
  readonly upstream?: object
  /** Further fields of the rule, such as `retry`. */
  readonly rule?: object
}

export interface MeshContent {
  readonly policy: MeshPolicy
  /** By place; undefined for a place that is empty. */
  readonly backends: readonly (ProxiedBackend | undefined)[]
}

/** Between proxies, each side shows a certificate, and checks the name in the other's. */
export const TO_SERVERS = {
  enabled: true,
  ca: 'mesh',
  certificate: 'client',
  sans: ['spiffe://switchyard/echo'],
}
export const FROM_CLIENTS = {
  ...{ enabled: true, certificate: 'echo', clientCa: 'mesh' },
  sans: ['spiffe://switchyard/client'],
}

/** The names of certificates in the folder of secrets. */
export const SECRETS = {
  client: { certificate: 'client.pem', key: 'client.key' },
  echo: { certificate: 'echo.pem', key: 'echo.key' },
  mesh: { ca: 'ca.pem' },
}

/**
 * The document of a mesh with a place for each port.
 * @param ports of the listeners; Envoys have addresses of their own, so that they share ports
 */
export function meshDocument(
  shape: MeshShape,
  ports: readonly number[],
  { policy: { lb, upstream = {}, rule = {} }, backends }: MeshContent,
) {
  const { fleets, places, waypoint } = SHAPES[shape](ports)
  const locals = ports.map((_, place) => localOf(place))
  const endpointsOf = (address: string | undefined) => (address === undefined ? {} : { backend: { address } })
  return {
    version: 1,
    upstreams: {
      ...Object.fromEntries(
        locals.map((local, place) => [local, { endpoints: endpointsOf(backends[place]?.address) }]),
      ),
      ...(waypoint && { waypoint: { endpoints: { w1: { address: waypoint } }, tls: TO_SERVERS } }),
      echo: {
        endpoints: Object.fromEntries(
          backends.flatMap((backend, place) =>
            backend === undefined ? [] : [[`place-${place + 1}`, { address: places[place] }]],
          ),
        ),
        ...{ tls: TO_SERVERS, lb },
        ...upstream,
      },
    },
    routes: {
      echo: route('echo', rule),
      ...Object.fromEntries(locals.map((local) => [local, route(local)])),
    },
    secrets: SECRETS,
    fleets,
  }
}

/** The fleet that clients call. */
export function meshEntry(shape: MeshShape): string {
  return shape === 'sidecars' ? 'client' : 'client-node'
}

interface Shape {
  /** In the order of their Envoys' addresses. */
  readonly fleets: Readonly<Record<string, object>>
  /** Where the proxy that balances finds the way to each place. */
  readonly places: readonly string[]
  /** The address of the waypoint. */
  readonly waypoint?: string
}

const SHAPES: Readonly<Record<MeshShape, (ports: readonly number[]) => Shape>> = {
  sidecars([port = 0, ...others]) {
    const places = [port, ...others].map((_, place) => place)
    const servers = places.map((place) => [`server-${place + 1}`, l7(port, localOf(place), FROM_CLIENTS)])
    return {
      fleets: { client: l7(port, 'echo'), ...Object.fromEntries(servers) },
      places: places.map((place) => `${nodeAddress(1 + place)}:${port}`),
    }
  },
  'node-proxies': (ports) => ({
    fleets: { 'client-node': l4(ports[0], 'echo'), 'server-node': nodeProxy(ports) },
    places: ports.map((port) => `${nodeAddress(1)}:${port}`),
  }),
  waypoint: (ports) => ({
    fleets: {
      'client-node': l4(ports[0], 'waypoint'),
      waypoint: l7(ports[0], 'echo', FROM_CLIENTS),
      'server-node': nodeProxy(ports),
    },
    places: ports.map((port) => `${nodeAddress(2)}:${port}`),
    waypoint: `${nodeAddress(1)}:${ports[0]}`,
  }),
}

function l7(port: number | undefined, routes: string, tls?: object): object {
  return fleet('l7', { main: { port, l7: { routes }, ...(tls && { tls }) } })
}

function l4(port: number | undefined, upstream: string): object {
  return fleet('l4', { main: { port, l4: { upstream } } })
}

/** The proxy of the backends' node: a listener for each of them, because bytes do not say where they want to go. */
function nodeProxy(ports: readonly number[]): object {
  const listeners = ports.map((port, place) => [
    `place-${place + 1}`,
    { port, l4: { upstream: localOf(place) }, tls: FROM_CLIENTS },
  ])
  return fleet('l4', Object.fromEntries(listeners))
}

function fleet(mode: 'l4' | 'l7', listeners: object): object {
  return { kind: 'envoy', lb: { mode, policy: 'round_robin' }, listeners }
}

function route(upstream: string, rule: object = {}): object {
  return { hosts: ['*'], rules: { all: { match: {}, to: { [upstream]: 1 }, ...rule } } }
}

/** The upstream of the backend at a place: only the proxy beside it calls it. */
function localOf(place: number): string {
  return `local-${place + 1}`
}
