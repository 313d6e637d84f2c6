// What drawn documents need that depends on the machine: what places have beside them, and values of fields.

import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { type Config, ConfigSchema } from '../../control-plane/document/model.ts'
import { ownTurns } from '../turns/own-turns.ts'
import type { OwnTurn } from '../turns/turn.ts'
import { NAMES, placesOf } from './places.ts'
import { publicKeys } from './public-keys.ts'
import type { Draw } from './random-value.ts'

const FIELDS = describeSchema(ConfigSchema)

interface MachineParts {
  /** Where an Envoy may write. */
  readonly folder: string
  /** The port of the endpoint of `echo-v2`. */
  readonly otherPort: number
  /** A free port for a further listener. */
  readonly sharedPort: number
}

/** What places need beside them, without the values that turns under load need. */
export function ownPlaces({ folder, otherPort, sharedPort }: MachineParts) {
  const turns = Object.entries(ownTurns({ otherPort, folder }))
  // Envoy cannot change it for a listener that it has: it is written for one that comes and goes.
  const shared = ['fleets', NAMES.fleet, 'listeners', 'shared']
  const reusePort: Partial<OwnTurn> = {
    at: shared,
    on: { port: sharedPort, l4: { upstream: NAMES.upstream }, l7: { routes: NAMES.route }, reusePort: true },
  }
  // Options of `lb` need a policy beside them.
  const options = placesOf()
    .filter(({ name }) => name.startsWith('upstreams.*.lb.'))
    .map(({ name, steps }) => [name, { beside: [[steps.slice(0, -1), { policy: 'round_robin' }]] as const }])
  return {
    ...Object.fromEntries(turns),
    ...Object.fromEntries(options),
    'fleets.*.listeners.*.reusePort': reusePort,
  } satisfies Readonly<Record<string, Partial<OwnTurn>>>
}

/** @param folder where an Envoy may write */
export function drawOf(base: Config, folder: string): Draw {
  return {
    names: [base.upstreams, base.secrets, base.jwt].flatMap((entries) => Object.keys(entries ?? {})),
    own: {
      '.file.path': [`${folder}/calls.log`],
      '.eventLog.path': [`${folder}/health.log`],
      '.dns.host': ['localhost', 'missing.invalid'],
      // Primes: validation leaves others to Envoy, whose NACK the first fifteen minutes show.
      '.tableSize': [251, 65_537, 5_000_011],
      // Envoy waits up to this time for the first check of a cluster, and the listeners wait for the cluster.
      '.jitter.initial': ['1ms', '100ms'],
      // No schema says which numbers are a key.
      '.inline.keys': [publicKeys(), ...publicKeys().map((key) => [key])],
      // A patch may write anything, also what Envoy NACKs.
      'fleets.*.patches': [FIELDS.find(({ path }) => path === 'fleets.*.patches')?.example],
    },
  }
}
