// Who calls a server that takes a number of calls at a time on a connection, and what the limit must come to.

import type { ServerOptions } from '@grpc/grpc-js'
import { NEEDS_ENVOY, NEEDS_GO, NEEDS_JAVA, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { Need } from '../../../../harness/scenario.ts'
import type { GrpcLanguage } from '../../../../testbed/grpc-programs/grpc-program.ts'

/** Calls at a time on a connection that the server takes, where it has a limit. */
export const LIMIT = 4
export const CALLS = 12
/** How long a call takes at the server, so that those that wait can be told from the others. */
export const DELAY_MS = 100

export const LIMITED: ServerOptions = { 'grpc.max_concurrent_streams': LIMIT }

/** `plain` is before a server that has the limit, `limited` has the limit itself, before a server without. */
export type EnvoyName = 'plain' | 'limited'

export interface Way {
  readonly id: string
  readonly title: string
  readonly needs?: readonly Need[]
  readonly server: ServerOptions
  /** Addresses that the server listens on. Default: one. */
  readonly hosts?: readonly [string, ...string[]]
  /** The client: a program in a language, or channels of grpc-js in this process. */
  readonly client: { readonly language: GrpcLanguage } | Channels
  /** One of these in front of the server. */
  readonly envoy?: EnvoyName
  /** How many calls the server must have at once, at most and at least. */
  readonly most: number
  /** Connections of the server: exactly, or at least where the one who opens them decides. */
  readonly connections: { readonly exactly: number } | { readonly atLeast: number }
}

interface Channels {
  readonly channels: number
  /** Whether each channel has connections of its own. Default: true. */
  readonly own?: boolean
  readonly roundRobin?: boolean
}

const QUEUES = { server: LIMITED, most: LIMIT, connections: { exactly: 1 } }

// biome-ignore format: a line for each way
export const WAYS: readonly Way[] = [
  { id: 'grpc-js', title: 'grpc-js, one channel', client: { channels: 1 }, ...QUEUES },
  { id: 'go', title: 'gRPC for Go, one channel', client: { language: 'go' }, needs: [NEEDS_GO], ...QUEUES },
  { id: 'python', title: 'gRPC for Python, one channel', client: { language: 'python' }, needs: [NEEDS_PYTHON], ...QUEUES },
  { id: 'java', title: 'gRPC for Java, one channel', client: { language: 'java' }, needs: [NEEDS_JAVA], ...QUEUES },
  { id: 'no-limit', title: 'grpc-js, server without a limit', server: {}, client: { channels: 1 }, most: CALLS, connections: { exactly: 1 } },
  { id: 'shared-pool', title: 'grpc-js, three channels, same options', client: { channels: 3, own: false }, ...QUEUES },
  { id: 'local-pool', title: 'grpc-js, three channels, `grpc.use_local_subchannel_pool`', server: LIMITED, client: { channels: 3 }, most: CALLS, connections: { exactly: 3 } },
  { id: 'round-robin', title: 'grpc-js, `round_robin` over three addresses of the server', server: LIMITED, hosts: ['127.0.0.1', '127.0.0.2', '127.0.0.3'], client: { channels: 1, roundRobin: true }, most: CALLS, connections: { exactly: 3 } },
  { id: 'envoy', title: 'an Envoy before the server', server: LIMITED, client: { channels: 1 }, needs: [NEEDS_ENVOY], envoy: 'plain', most: CALLS, connections: { atLeast: CALLS / LIMIT } },
  { id: 'envoy-limit', title: 'an Envoy that has the limit itself', server: {}, client: { channels: 1 }, needs: [NEEDS_ENVOY], envoy: 'limited', most: LIMIT, connections: { exactly: 1 } },
]

export const wayId = ({ id }: Way): string => `streams.full.${id}`
