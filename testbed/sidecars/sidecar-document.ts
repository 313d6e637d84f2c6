// The part of a document that is about the sidecars of one transport: what each of both Envoys listens on, and where its calls go.

import { FROM_CLIENTS, TO_SERVERS } from '../mesh/mesh-document.ts'

/** Where the Envoy beside the client sends calls: to the server itself, or to the Envoy beside it, in plaintext or by mutual TLS. */
export type OutboundWay = 'direct' | 'plain' | 'mtls'
/** How the Envoy beside the server reaches it. */
export type InboundWay = 'tcp' | 'unix'

export interface OutboundPlaces {
  /** Of the listener for the client, on its loopback. */
  readonly port: number
  /** What is called by each way; the first one is taken at first. */
  readonly to: Readonly<Partial<Record<OutboundWay, string>>>
}

export interface InboundPlaces {
  /** The IP address that other hosts know, and a port for each kind of connection. */
  readonly host: string
  readonly ports: Readonly<Record<'plain' | 'mtls', number>>
  /** Where the server listens, by way; the first one is taken at first. */
  readonly to: Readonly<Partial<Record<InboundWay, string>>>
}

export const outboundFleet = (transport: string): string => `${transport}-client`
export const inboundFleet = (transport: string): string => `${transport}-server`

/** A merge patch that adds the Envoy beside the client. */
export function outboundPatch(transport: string, { port, to }: OutboundPlaces): object {
  const name = outboundFleet(transport)
  return {
    upstreams: upstreamsOf(name, to),
    routes: { [name]: { hosts: ['*'], rules: { all: { match: {}, to: weightsOf(name, to) } } } },
    fleets: { [name]: fleet({ main: { address: '127.0.0.1', port, l7: { routes: name } } }) },
  }
}

/** A merge patch that adds the Envoy beside the server. */
export function inboundPatch(transport: string, { host, ports, to }: InboundPlaces): object {
  const name = inboundFleet(transport)
  const listener = (port: number) => ({ address: host, port, l7: { routes: name } })
  return {
    upstreams: upstreamsOf(name, to),
    routes: { [name]: { hosts: ['*'], rules: { all: { match: {}, to: weightsOf(name, to) } } } },
    fleets: {
      [name]: fleet({ plain: listener(ports.plain), mtls: { ...listener(ports.mtls), tls: FROM_CLIENTS } }),
    },
  }
}

/** A merge patch that sends all calls of an Envoy by one way. The other upstreams stay, so that nothing has to get warm. */
export function wayPatch(fleetName: string, ways: readonly string[], chosen: string): object {
  return { routes: { [fleetName]: { rules: { all: { to: weights(fleetName, ways, chosen) } } } } }
}

function upstreamsOf(name: string, to: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(to).map(([way, address]) => [
      `${name}-${way}`,
      { endpoints: { only: { address } }, ...(way === 'mtls' && { tls: TO_SERVERS }) },
    ]),
  )
}

function weightsOf(name: string, to: Readonly<Record<string, string>>): object {
  const [first = '', ...others] = Object.keys(to)
  return weights(name, [first, ...others], first)
}

function weights(name: string, ways: readonly string[], chosen: string): object {
  return Object.fromEntries(ways.map((way) => [`${name}-${way}`, way === chosen ? 1 : 0]))
}

function fleet(listeners: object): object {
  return { kind: 'envoy', lb: { mode: 'l7', policy: 'round_robin' }, listeners }
}
