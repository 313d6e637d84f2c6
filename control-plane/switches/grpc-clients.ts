// Which gRPC clients support a switch. They ignore most settings that they do not know, so the document says it for them.
// Read from their sources: https://github.com/grpc/grpc/blob/master/doc/grpc_xds_features.md names the gRFC of each feature.

import { GRPC_CLIENT_NAMES, GRPC_CLIENTS, type GrpcClient } from '../../core/grpc-clients.ts'

export { GRPC_CLIENT_NAMES, GRPC_CLIENTS, type GrpcClient }

/** Something that one client does not do, of a switch that it knows. */
export interface Unsupported {
  readonly client: GrpcClient
  /** A noun phrase that begins a sentence: `WHAT has no effect`. */
  readonly what: string
  /** Where it is written, from the settings on. Default: the settings themselves. */
  readonly steps?: readonly string[]
  /** What turns it on in the client, such as a variable of its environment. */
  readonly unless?: string
  /** What becomes of it. Default: `has no effect`. */
  readonly effect?: string
  /** How to avoid it, as an imperative. */
  readonly fix?: string
  /** True if the client would end or do something else: an error, wherever it is written. */
  readonly breaks?: boolean
}

/** Something that Envoy does not do, of a switch that it knows: see `Unsupported`. */
export type UnsupportedByEnvoy = Pick<Unsupported, 'what' | 'steps'>

/** What the clients of a fleet meet beside the settings themselves. */
export interface GrpcContext {
  /** The load-balancing policy in effect. */
  readonly policy: string
}

/** Something that these clients do not do. Default: none of them does. */
export function unsupported(
  what: string,
  details: Omit<Unsupported, 'client' | 'what'> = {},
  clients: readonly GrpcClient[] = GRPC_CLIENTS,
): readonly Unsupported[] {
  return clients.map((client) => ({ client, what, ...details }))
}

/** `Go, Java and Node`, in the order of the list of clients. */
export function namesOfClients(clients: Iterable<GrpcClient>): string {
  const wanted = new Set(clients)
  const names = GRPC_CLIENTS.filter((client) => wanted.has(client)).map((client) => GRPC_CLIENT_NAMES[client])
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
