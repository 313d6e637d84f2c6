// Documents that make a service mesh of Envoys: which proxies a call passes, where it is balanced, and where it is encrypted.

import { nodeAddress } from '../../envoy-bootstrap/node-address.ts'
import type { ProxiedBackend } from '../proxies/proxy.ts'

/**
 * - `sidecars`: a proxy beside the client balances calls over proxies beside each backend, with mutual TLS between them.
 * - `node-proxies`: one proxy of the client's node and one of the backends' node pass bytes on, with mutual TLS between them.
 * - `waypoint`: between both node proxies, one more proxy takes the bytes apart into calls and balances these.
 */
export const MESH_SHAPES = ['sidecars', 'node-proxies', 'waypoint'] as const
export type MeshShape = (typeof MESH_SHAPES)[number]

/** What the proxy that balances does with calls, in the words of the document. */
export interface MeshPolicy {
  /** Of the upstream, such as `{ policy: 'least_request' }`. */
  readonly lb: object
  /** Further fields of the upstream, such as `circuitBreaker`. */
  readonly upstream?: object
  /** Further fields of the rule, such as `retry`. */
  readonly rule?: object
}

export interface MeshDocument {
  readonly document: object
  /** The fleets in the order of their Envoys' addresses; each has one Envoy. */
  readonly fleets: readonly string[]
  /** The fleet that clients call. */
  readonly entry: string
}

/** TLS of the mesh: each side shows a certificate, and checks the name in the other's. */
const TO_SERVERS = { enabled: true, ca: 'mesh', certificate: 'client', sans: ['spiffe://switchyard/echo'] }
const FROM_CLIENTS = {
  enabled: true,
  certificate: 'echo',
  clientCa: 'mesh',
  sans: ['spiffe://switchyard/client'],
}

/** The names of certificates in the folder of secrets. */
const SECRETS = {
  client: { certificate: 'client.pem', key: 'client.key' },
  echo: { certificate: 'echo.pem', key: 'echo.key' },
  mesh: { ca: 'ca.pem' },
}

/** @param ports of the listeners, which all Envoys have on addresses of their own; one for each backend */
export function meshDocument(
  shape: MeshShape,
  backends: readonly ProxiedBackend[],
  { lb, upstream = {}, rule = {} }: MeshPolicy,
  ports: readonly number[],
): MeshDocument {
  const [port = 0] = ports
  const local = Object.fromEntries(
    backends.map(({ id, address }) => [`local-${id}`, { endpoints: { [id]: { address } } }]),
  )
  const rules = (to: string, more: object = {}) => ({
    hosts: ['*'],
    rules: { all: { match: {}, to: { [to]: 1 }, ...more } },
  })
  const fleet = (listeners: object, mode: 'l4' | 'l7') => ({
    kind: 'envoy',
    lb: { mode, policy: 'round_robin' },
    listeners,
  })
  const l7 = (routes: string, more: object = {}) => ({ main: { port, l7: { routes }, ...more } })
  /** The node proxy of the backends: a listener for each, because bytes do not say where they want to go. */
  const nodeProxy = fleet(
    Object.fromEntries(
      backends.map(({ id }, index) => [
        id,
        { port: ports[index] ?? 0, l4: { upstream: `local-${id}` }, tls: FROM_CLIENTS },
      ]),
    ),
    'l4',
  )
  const endpointsAt = (addressOf: (index: number) => string) =>
    Object.fromEntries(backends.map(({ id }, index) => [id, { address: addressOf(index) }]))
  const onNode = (node: number) => endpointsAt((index) => `${nodeAddress(node)}:${ports[index]}`)

  switch (shape) {
    case 'sidecars': {
      const servers = backends.map(({ id }) => `server-${id}`)
      return {
        entry: 'client',
        fleets: ['client', ...servers],
        document: {
          version: 1,
          upstreams: {
            ...local,
            echo: {
              endpoints: endpointsAt((index) => `${nodeAddress(1 + index)}:${port}`),
              tls: TO_SERVERS,
              lb,
              ...upstream,
            },
          },
          routes: {
            echo: rules('echo', rule),
            ...Object.fromEntries(backends.map(({ id }) => [`local-${id}`, rules(`local-${id}`)])),
          },
          secrets: SECRETS,
          fleets: {
            client: fleet(l7('echo'), 'l7'),
            ...Object.fromEntries(
              backends.map(({ id }) => [
                `server-${id}`,
                fleet(l7(`local-${id}`, { tls: FROM_CLIENTS }), 'l7'),
              ]),
            ),
          },
        },
      }
    }
    case 'node-proxies':
      return {
        entry: 'client-node',
        fleets: ['client-node', 'server-node'],
        document: {
          version: 1,
          upstreams: { ...local, echo: { endpoints: onNode(1), tls: TO_SERVERS, lb, ...upstream } },
          routes: {},
          secrets: SECRETS,
          fleets: {
            'client-node': fleet({ main: { port, l4: { upstream: 'echo' } } }, 'l4'),
            'server-node': nodeProxy,
          },
        },
      }
    case 'waypoint':
      return {
        entry: 'client-node',
        fleets: ['client-node', 'waypoint', 'server-node'],
        document: {
          version: 1,
          upstreams: {
            ...local,
            waypoint: { endpoints: { w1: { address: `${nodeAddress(1)}:${port}` } }, tls: TO_SERVERS },
            echo: { endpoints: onNode(2), tls: TO_SERVERS, lb, ...upstream },
          },
          routes: { echo: rules('echo', rule) },
          secrets: SECRETS,
          fleets: {
            'client-node': fleet({ main: { port, l4: { upstream: 'waypoint' } } }, 'l4'),
            waypoint: fleet(l7('echo', { tls: FROM_CLIENTS }), 'l7'),
            'server-node': nodeProxy,
          },
        },
      }
  }
}

/** A merge patch that replaces the policy of a mesh. */
export function policyPatch(shape: MeshShape, { lb, upstream = {}, rule = {} }: MeshPolicy): object {
  return {
    upstreams: { echo: { lb, ...upstream } },
    ...(shape !== 'node-proxies' && { routes: { echo: { rules: { all: rule } } } }),
  }
}
