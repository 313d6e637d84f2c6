// Where the control plane of a bootstrap is, and the certificates for it.

import { resolve } from 'node:path'
import { SwitchyardError } from '../../../core/errors.ts'
import { readStateFile, stateFolder } from '../../../testbed/state-file.ts'
import { XdsCertificates } from '../../../testbed/xds-certificates.ts'
import { findControlPlane } from '../../find-control-plane.ts'
import type { AdminFlags } from '../flags.ts'

export interface XdsFlags extends AdminFlags {
  readonly xds?: readonly string[]
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Absolute paths: the node may run in another folder. */
export interface XdsFiles {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/**
 * Of `--xds`, else of the testbed, which issues a certificate to the node if it uses mutual TLS.
 * @throws SwitchyardError `invalid-argument` without either
 */
export async function findXds(
  fleet: string,
  node: string,
  { admin, xds, ca }: XdsFlags,
): Promise<{ readonly addresses: readonly string[]; readonly tls?: XdsFiles }> {
  if (xds !== undefined) return { addresses: xds }
  const testbed = admin || process.env.YARD_ADMIN ? undefined : await readStateFile(stateFolder())
  if (testbed === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      '--xds is missing: write the address that "yard serve" prints; only that of "yard up" is known',
    )
  }
  const { xds: address, xdsIdentities } = testbed
  if (ca !== undefined || xdsIdentities === undefined) return { addresses: [address] }
  const certificates = XdsCertificates.open(xdsIdentities)
  await certificates.issue([{ fleet, node }])
  return { addresses: [address], tls: certificates.of(node) }
}

/** The files of `--ca`, `--cert` and `--key`. */
export function filesOf({ ca, cert, key }: XdsFlags): Partial<XdsFiles> {
  return {
    ...(ca !== undefined && { ca: resolve(ca) }),
    ...(cert !== undefined && { certificate: resolve(cert) }),
    ...(key !== undefined && { key: resolve(key) }),
  }
}

/**
 * Checks that the fleet is there, and that it is one of Envoys, or of gRPC programs if there is a client. With --xds alone, nothing is
 * known about the fleets.
 */
export async function checkFleet(
  fleet: string,
  client: string | undefined,
  { admin, xds }: XdsFlags,
): Promise<void> {
  if (xds !== undefined && !admin && !process.env.YARD_ADMIN) return
  const { fleets } = await (await findControlPlane(admin)).getStatus()
  const found = Object.hasOwn(fleets, fleet) ? fleets[fleet] : undefined
  if (found === undefined) {
    const known = Object.keys(fleets).join(', ')
    throw new SwitchyardError('not-found', `unknown fleet "${fleet}". Use one of: ${known}`)
  }
  const isOfEnvoys = found.kind === 'envoy'
  if (isOfEnvoys === (client === undefined)) return
  const advice = isOfEnvoys ? 'leave out --client' : 'name its gRPC with --client'
  throw new SwitchyardError(
    'invalid-argument',
    `fleet "${fleet}" is of kind ${found.kind}: ${advice}, or choose another fleet`,
  )
}

/** Runs `create`, and names flags instead of options in its problems. */
export function namingFlags<T>(flagOf: (option: string) => string, create: () => T): T {
  try {
    return create()
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.problems.length === 0) throw error
    const problems = error.problems.map(({ path, message }) => ({ path: flagOf(path), message }))
    throw new SwitchyardError(error.code, 'invalid flags:', { problems, cause: error })
  }
}
