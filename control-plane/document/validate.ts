// Decides whether a document is a desired state that can be served, and lists all its problems at once.

import { SWITCHES, type Switches } from '../switches/switches.ts'
import {
  type BalancingFleet,
  type Config,
  createConfigSchema,
  FleetLbSchema,
  ProxylessLbSchema,
} from './model.ts'
import { MOST_PROBLEMS, type PlacedProblem, takeProblems, throwProblems } from './problem.ts'
import { createRepair, isWithin, type Repaired } from './repair.ts'
import { createSchemaCheck } from './schema-check.ts'
import { checkFleets } from './validators/fleets.ts'
import { checkGrpcServers } from './validators/grpc-servers.ts'
import { checkLocalities } from './validators/localities.ts'
import { checkOwnedHeaders } from './validators/owned-headers.ts'
import { checkPatches } from './validators/patches.ts'
import { checkProxyless } from './validators/proxyless.ts'
import { checkRoutedByChecks } from './validators/routed-by-checks.ts'
import { checkRoutes } from './validators/routes.ts'
import { checkRuleSwitches } from './validators/rule-switches.ts'
import { checkSecrets } from './validators/secrets.ts'
import { checkSecurity } from './validators/security.ts'
import { checkSubsets } from './validators/subsets.ts'
import { checkSwitches } from './validators/switches.ts'
import { checkText } from './validators/text.ts'
import { checkUpstreamSwitches } from './validators/upstream-switches.ts'
import { checkUpstreams } from './validators/upstreams.ts'

const crossChecks: readonly ((config: Config, switches: Switches) => Iterable<PlacedProblem>)[] = [
  checkUpstreams,
  checkLocalities,
  checkRoutes,
  checkFleets,
  checkProxyless,
  checkGrpcServers,
  checkSecurity,
  checkPatches,
  checkOwnedHeaders,
  checkRoutedByChecks,
  checkSecrets,
  checkSwitches,
  checkUpstreamSwitches,
  checkRuleSwitches,
  checkSubsets,
  checkText,
]

function* problemsOf(config: Config, switches: Switches): Iterable<PlacedProblem> {
  for (const check of crossChecks) yield* check(config, switches)
}

export type Checked = { readonly config: Config } | { readonly problems: readonly PlacedProblem[] }

/** A function that gives a document as a configuration, or all that keeps it from being one. */
export function createConfigCheck(switches: Switches): (document: unknown) => Checked {
  const schema = createConfigSchema(switches)
  const checkSchema = createSchemaCheck(schema)
  const repair = createRepair(schema, checkSchema)
  const crossCheck = (config: Config) => takeProblems(problemsOf(config, switches))
  return (document) => {
    const ofSchema = checkSchema(document)
    const problems =
      ofSchema.length > 0
        ? [...ofSchema, ...crossCheckDespite(ofSchema, document, repair, crossCheck)]
        : crossCheck(document as Config)
    return problems.length > 0 ? { problems } : { config: document as Config }
  }
}

/** More than a field has choices that its problems may depend on, such as the load-balancing policies. */
const VARIANTS = 9

/**
 * The problems that are there however somebody fixes those of the schema. References can be followed only in a document of
 * the right shape, so they are followed in repaired ones.
 */
function crossCheckDespite(
  ofSchema: readonly PlacedProblem[],
  document: unknown,
  repair: ReturnType<typeof createRepair>,
  crossCheck: (config: Config) => readonly PlacedProblem[],
): readonly PlacedProblem[] {
  if (ofSchema.length > MOST_PROBLEMS) return []
  const problemsIn = (variant: number) => {
    const repaired = repair(document, ofSchema, variant)
    if (repaired === undefined) return []
    return crossCheck(repaired.document as Config).filter(({ steps }) => !dependsOn(steps, repaired))
  }
  const key = ({ steps, message }: PlacedProblem) => JSON.stringify([steps, message])
  let inAll = problemsIn(0)
  for (let variant = 1; variant < VARIANTS && inAll.length > 0; variant++) {
    const there = new Set(problemsIn(variant).map(key))
    inAll = inAll.filter((one) => there.has(key(one)))
  }
  return inAll
}

function dependsOn(steps: readonly string[], { guessed }: Repaired): boolean {
  return guessed.some((place) => isWithin(steps, place) || isWithin(place, steps))
}

/** For a document in which all switches can be turned. */
export const checkConfig = createConfigCheck(SWITCHES)

/** @throws SwitchyardError `invalid-config` that lists every problem with its path. */
export function validateConfig(document: unknown): Config {
  const checked = checkConfig(document)
  if ('config' in checked) return checked.config
  return throwProblems(checked.problems, 'this is not a valid configuration')
}

const CHECKS = {
  envoy: createSchemaCheck(FleetLbSchema),
  proxyless: createSchemaCheck(ProxylessLbSchema),
} as const

/** The `lb` of a fleet on its own. @throws SwitchyardError `invalid-config` as above, with paths from `lb` on. */
export function validateFleetLb(value: unknown, kind: BalancingFleet['kind']): BalancingFleet['lb'] {
  const problems = CHECKS[kind](value)
  return problems.length > 0
    ? throwProblems(problems, 'this is not a valid lb')
    : (value as BalancingFleet['lb'])
}
