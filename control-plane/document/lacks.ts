// What the client of one node does not do with the document: gRPC clients ignore most settings that they do not know.

import { GRPC_CLIENT_NAMES, type GrpcClient } from '../switches/grpc-clients.ts'
import { type Config, type Fleet, grpcClientsOf } from './model.ts'
import type { PlacedProblem } from './problem.ts'
import { findUnsupported } from './support.ts'

/**
 * The gRPC client behind a user agent. A Python program cannot be told from one in C++: both are `gRPC C-core`.
 * @param userAgent such as `gRPC Go`, or `envoy`, which is undefined
 */
export function grpcClientOf(userAgent: string): GrpcClient | undefined {
  return AGENTS.find(([pattern]) => pattern.test(userAgent))?.[1]
}
const AGENTS: readonly (readonly [RegExp, GrpcClient])[] = [
  [/^gRPC Go\b/i, 'go'],
  [/^gRPC Java\b/i, 'java'],
  [/^gRPC Node\b/i, 'node'],
  [/^gRPC C-core\b/i, 'cpp'],
]

/** The settings of its fleet that a client does not support, and whether the fleet is for such clients at all. */
export function lacksOf(config: Config, name: string, userAgent: string): readonly PlacedProblem[] {
  const fleet = Object.hasOwn(config.fleets, name) ? config.fleets[name] : undefined
  if (fleet === undefined) return []
  const client = grpcClientOf(userAgent)
  const misplaced = findMisplaced(name, fleet, client, userAgent)
  if (client === undefined || fleet.kind === 'envoy') return misplaced
  return [
    ...misplaced,
    ...findUnsupported(config, name, { ...fleet, clients: [client] }).map(({ steps, what }) => ({
      steps,
      message: what,
    })),
  ]
}

function findMisplaced(
  name: string,
  fleet: Fleet,
  client: GrpcClient | undefined,
  userAgent: string,
): readonly PlacedProblem[] {
  const steps = ['fleets', name]
  const clients = grpcClientsOf(fleet)
  const isEnvoy = /^envoy\b/i.test(userAgent)
  if (clients === undefined) {
    if (client === undefined) return []
    return [{ steps: [...steps, 'kind'], message: 'the resources of a fleet of Envoys' }]
  }
  if (isEnvoy) return [{ steps: [...steps, 'kind'], message: 'the resources of a fleet of gRPC clients' }]
  const isNamed = client === undefined || clients.some((one) => isSame(one, client))
  if (isNamed) return []
  const message = `being in this fleet, whose clients do not name ${GRPC_CLIENT_NAMES[client]}`
  return [{ steps: [...steps, 'clients'], message }]
}

function isSame(named: GrpcClient, client: GrpcClient): boolean {
  return named === client || (named === 'python' && client === 'cpp')
}
