// All switches alike: references that lead to an entry, what their declarations check, and clients that support them.

import { SWITCHES, type Switches } from '../../switches/switches.ts'
import { referencesOf, switchesOf } from '../configured-switches.ts'
import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { findUnsupported, placeOf } from '../support.ts'
import { checkReference } from './reference.ts'

const KINDS = { upstreams: 'upstream', jwt: 'entry of jwt', secrets: 'entry of secrets' } as const
const PARTS = { certificate: 'certificate and key', ca: 'a ca' } as const

export function* checkSwitches(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  const { upstreams, jwt = {}, secrets = {} } = config
  const maps = { upstreams, jwt, secrets }
  for (const one of switchesOf(config, switches)) {
    for (const { steps, to, name, part } of referencesOf(one)) {
      const at = [...one.steps, ...steps]
      yield* checkReference(at, name, maps[to], KINDS[to])
      if (part !== undefined && Object.hasOwn(secrets, name) && secrets[name]?.[part] === undefined) {
        yield {
          steps: at,
          message: `needs a secret with ${PARTS[part]}, which "${name}" does not have: name another`,
        }
      }
    }
    for (const { steps, message } of one.declared.problems?.(one.written, { jwt }) ?? []) {
      yield { steps: placeOf(one, { steps }), message }
    }
  }
  for (const [name, fleet] of Object.entries(config.fleets)) {
    for (const { steps, message, isError } of findUnsupported(config, name, fleet, switches)) {
      if (isError) yield { steps, message }
    }
  }
}
