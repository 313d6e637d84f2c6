// Tells whether a document is a desired state that can be served: every problem of it at once.

import { checkFleets } from './checks/fleets.ts'
import { checkRoutes } from './checks/routes.ts'
import { checkSecurity } from './checks/security.ts'
import { checkTls } from './checks/tls.ts'
import { checkUpstreams } from './checks/upstreams.ts'
import { type Finding, throwFindings } from './finding.ts'
import { type Config, ConfigSchema, type FleetLb, FleetLbSchema } from './model.ts'
import { createSchemaCheck } from './schema-check.ts'

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
