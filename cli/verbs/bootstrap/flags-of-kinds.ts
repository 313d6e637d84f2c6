// Flags of `yard bootstrap` that only an Envoy or only a gRPC client understands.

import type { Command } from 'commander'
import { SwitchyardError } from '../../../core/errors.ts'

const OF_ENVOY: readonly string[] = [
  'out',
  'address',
  'envoyAdmin',
  'statsListener',
  'protocol',
  'statsTag',
  'maxConnections',
  'maxHeap',
]
const OF_GRPC: readonly string[] = [
  'feature',
  'token',
  'providerCa',
  'providerCert',
  'providerKey',
  'authority',
]

/** @throws SwitchyardError `invalid-argument` with every flag that the kind of node does not have */
export function rejectMisplacedFlags(command: Command, client: string | undefined): void {
  const misplaced = command.options.filter(
    (option) =>
      (client === undefined ? OF_GRPC : OF_ENVOY).includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) !== undefined,
  )
  if (misplaced.length === 0) return
  const message =
    client === undefined
      ? 'is for gRPC clients: name one with --client, or leave it out'
      : `is for Envoys: leave it out, or leave out --client ${client}`
  throw new SwitchyardError('invalid-argument', 'invalid flags:', {
    problems: misplaced.map(({ long }) => ({ path: long ?? '', message })),
  })
}
