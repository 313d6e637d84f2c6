// Flags about the connections of xDS: how old they become, how they end, and what they may cost.

import { SwitchyardError } from '../../core/errors.ts'
import type { StreamLimits } from '../../xds-server/index.ts'
import { readSeconds } from './read-seconds.ts'

export const CONNECTION_OPTIONS = {
  'connection-age': { type: 'string' },
  'close-grace': { type: 'string', default: '2' },
  'xds-limit': { type: 'string', multiple: true },
} as const

export const CONNECTION_USAGE = `  --connection-age SECONDS
                   end connections of nodes at this age, a tenth more or less by chance, so that replicas share the
                   nodes (never)
  --close-grace SECONDS
                   at the end, let nodes answer what they were sent and move to other replicas (2)
  --xds-limit NAME=NUMBER
                   change a limit of xDS, such as streams or namesOfNode (docs/library.md); may be given several
                   times
`

export interface ConnectionFlags {
  readonly 'connection-age'?: string
  readonly 'close-grace': string
  readonly 'xds-limit'?: readonly string[]
}

/** A day. Node's timers end at 24 days, and fire at once beyond. */
const MAX_AGE_SECONDS = 86_400
const MAX_GRACE_SECONDS = 600

export interface ConnectionSettings {
  readonly maxConnectionAgeMs?: number
  readonly closeGraceMs: number
  readonly limits?: StreamLimits
}

/** @throws SwitchyardError `invalid-argument`. Which limits exist is for the xDS server to say. */
export function readConnectionFlags(flags: ConnectionFlags): ConnectionSettings {
  const { 'connection-age': age, 'close-grace': grace, 'xds-limit': limits } = flags
  return {
    closeGraceMs: readSeconds('--close-grace', grace, 0, MAX_GRACE_SECONDS),
    ...(age !== undefined && {
      maxConnectionAgeMs: readSeconds('--connection-age', age, 1, MAX_AGE_SECONDS),
    }),
    ...(limits && { limits: Object.fromEntries(limits.map(readLimit)) }),
  }
}

function readLimit(text: string): readonly [string, number] {
  const [, name, value] = /^(\w+)=(\d+)$/.exec(text) ?? []
  if (name !== undefined) return [name, Number(value)]
  throw new SwitchyardError(
    'invalid-argument',
    `--xds-limit ${text} is not NAME=NUMBER, such as streams=50000: see --help`,
  )
}
