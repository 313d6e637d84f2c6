// Tells whether a document is a desired state that can be served: every problem of it at once.

import { type Config, ConfigSchema, type FleetLb, FleetLbSchema } from './model.ts'
import { type Finding, throwFindings } from './problem.ts'
import { createSchemaCheck } from './schema-check.ts'
import { checkFleets } from './validators/fleets.ts'
import { checkRoutes } from './validators/routes.ts'
import { checkSecurity } from './validators/security.ts'
import { checkTls } from './validators/tls.ts'
import { checkUpstreams } from './validators/upstreams.ts'

const checkSchema = createSchemaCheck(ConfigSchema)
const checkFleetLb = createSchemaCheck(FleetLbSchema)
const crossChecks = [checkUpstreams, checkRoutes, checkFleets, checkSecurity, checkTls]

export type Checked = { readonly config: Config } | { readonly findings: readonly Finding[] }

/** The document as a configuration, or all that keeps it from being one. */
export function checkConfig(document: unknown): Checked {
  const misfits = checkSchema(document)
  // References can be followed only in a document of the right shape.
  const findings =
    misfits.length > 0 ? misfits : crossChecks.flatMap((check) => [...check(document as Config)])
  return findings.length > 0 ? { findings } : { config: document as Config }
}

/** @throws SwitchyardError `invalid-config` that lists every problem with its path. */
export function validateConfig(document: unknown): Config {
  const checked = checkConfig(document)
  if ('config' in checked) return checked.config
  return throwFindings(checked.findings, 'this is not a valid configuration')
}

/** The `lb` of a fleet on its own. @throws SwitchyardError `invalid-config` as above, with paths from `lb` on. */
export function validateFleetLb(value: unknown): FleetLb {
  const misfits = checkFleetLb(value)
  return misfits.length > 0 ? throwFindings(misfits, 'this is not a valid lb') : (value as FleetLb)
}
