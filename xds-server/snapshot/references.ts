// What a resource refers to: the names of other resources, and which kinds of client ask for them.

export interface Reference {
  readonly typeUrl: string
  readonly name: string
}

/**
 * The kinds of client, which follow different references. `grpc-client` is a channel with an `xds:` target, `grpc-server` a gRPC
 * server whose listeners come from xDS. One process may be both, on one stream.
 */
export type ClientKind = 'envoy' | 'grpc-client' | 'grpc-server'

export interface ResourceReference extends Reference {
  /** The name as it is written in the resource, if that is another spelling of the same `xdstp:` name. */
  readonly writtenName?: string
  /** The clients that ask for the name as soon as they have the resource. Others may ask later, or have it from elsewhere. */
  readonly askedBy: readonly ClientKind[]
  /** The resource brings a default, so a client can do without what it refers to. */
  readonly isOptional?: true
}

/** Stands for all virtual hosts of a route configuration. */
export function allHostsOf(routeConfiguration: string): string {
  return `${routeConfiguration}/*`
}

/** The name of a reference to all resources of a type, as in a wildcard subscription. */
export const ANY_NAME = '*'
