// Decides whether a document is a desired state that can be served, and lists all its problems at once.

import { SWITCHES, type Switches } from '../switches/switches.ts'
import { type Config, createConfigSchema, type FleetLb, FleetLbSchema } from './model.ts'
import { type PlacedProblem, throwProblems } from './problem.ts'
import { createSchemaCheck } from './schema-check.ts'
import { checkFleets } from './validators/fleets.ts'
import { checkRoutes } from './validators/routes.ts'
import { checkSecrets } from './validators/secrets.ts'
import { checkSecurity } from './validators/security.ts'
import { checkSwitches } from './validators/switches.ts'
import { checkText } from './validators/text.ts'
import { checkUpstreams } from './validators/upstreams.ts'

const crossChecks: readonly ((config: Config, switches: Switches) => Iterable<PlacedProblem>)[] = [
  checkUpstreams,
  checkRoutes,
  checkFleets,
  checkSecurity,
  checkSecrets,
  checkSwitches,
  checkText,
]

export type Checked = { readonly config: Config } | { readonly problems: readonly PlacedProblem[] }

/** A function that gives a document as a configuration, or all that keeps it from being one. */
export function createConfigCheck(switches: Switches): (document: unknown) => Checked {
  const checkSchema = createSchemaCheck(createConfigSchema(switches))
  return (document) => {
    const ofSchema = checkSchema(document)
    // References can be followed only in a document of the right shape.
    const problems =
      ofSchema.length > 0
        ? ofSchema
        : crossChecks.flatMap((check) => [...check(document as Config, switches)])
    return problems.length > 0 ? { problems } : { config: document as Config }
  }
}

/** For a document in which all switches can be turned. */
export const checkConfig = createConfigCheck(SWITCHES)

/** @throws SwitchyardError `invalid-config` that lists every problem with its path. */
export function validateConfig(document: unknown): Config {
  const checked = checkConfig(document)
  if ('config' in checked) return checked.config
  return throwProblems(checked.problems, 'this is not a valid configuration')
}

const checkFleetLb = createSchemaCheck(FleetLbSchema)

/** The `lb` of a fleet on its own. @throws SwitchyardError `invalid-config` as above, with paths from `lb` on. */
export function validateFleetLb(value: unknown): FleetLb {
  const problems = checkFleetLb(value)
  return problems.length > 0 ? throwProblems(problems, 'this is not a valid lb') : (value as FleetLb)
}
