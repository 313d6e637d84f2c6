// The desired state as the command needs to know it: the one it starts with, and where things are in one that was given.

/** What the command reads of a document. The control plane validates it; here every part may be missing. */
export interface Document {
  readonly upstreams?: Readonly<Record<string, { readonly endpoints?: Endpoints } | null>>
  readonly fleets?: Readonly<Record<string, FleetDocument | null>>
}

type Endpoints = Readonly<Record<string, { readonly address?: unknown } | null>>

interface FleetDocument {
  readonly kind?: string
  readonly listeners?: Readonly<Record<string, { readonly port?: number } | null>>
}

export const LISTENER = 'main'

/** Three lines of configuration a fleet: one upstream with all backends, behind one listener. Each fleet begins at L4. */
export function describeDesiredState(
  fleets: readonly string[],
  backends: readonly { readonly id: string; readonly address: string }[],
  port: number,
) {
  const fleet = {
    kind: 'envoy',
    lb: { mode: 'l4', policy: 'round_robin' },
    listeners: { [LISTENER]: { port, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
  }
  return {
    version: 1,
    upstreams: {
      echo: { endpoints: Object.fromEntries(backends.map(({ id, address }) => [id, { address }])) },
    },
    routes: { public: { hosts: ['*'], rules: { echo: { match: {}, to: { echo: 100 } } } } },
    fleets: Object.fromEntries(fleets.map((name) => [name, fleet])),
  }
}

/** The names of the fleets that are Envoys. */
export function envoyFleetsOf({ fleets }: Document): readonly string[] {
  return Object.entries(fleets ?? {}).flatMap(([name, fleet]) => (fleet?.kind === 'envoy' ? [name] : []))
}

/** The port of a fleet's listener `main`, or else of its first one. */
export function portOf({ fleets }: Document, name: string): number | undefined {
  const listeners = fleets?.[name]?.listeners ?? {}
  return (listeners[LISTENER] ?? Object.values(listeners)[0])?.port
}

/** The endpoints on this host, in the order of the document, each address once. */
export function localEndpointsOf({ upstreams }: Document): readonly { id: string; address: string }[] {
  const byAddress = new Map<string, string>()
  for (const upstream of Object.values(upstreams ?? {})) {
    for (const [id, endpoint] of Object.entries(upstream?.endpoints ?? {})) {
      const address = endpoint?.address
      if (typeof address === 'string' && isLocal(address) && !byAddress.has(address))
        byAddress.set(address, id)
    }
  }
  return [...byAddress].map(([address, id]) => ({ id, address }))
}

function isLocal(address: string): boolean {
  return /^(127\.|localhost:|\[::1\]:|unix:)/.test(address)
}
