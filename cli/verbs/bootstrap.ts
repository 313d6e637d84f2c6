// `yard bootstrap`: prints the bootstrap of an Envoy of one's own.

import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { SwitchyardError } from '../../core/errors.ts'
import {
  bootstrapJson,
  createBootstrap,
  XDS_PROTOCOLS,
  type XdsProtocol,
} from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import type { XdsTlsFiles } from '../../envoy-bootstrap/xds-tls.ts'
import { readStateFile, stateFolder } from '../../testbed/state-file.ts'
import { XdsCertificates } from '../../testbed/xds-certificates.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { type AdminFlags, readPort, withAdmin, withExamples } from './flags.ts'

interface BootstrapFlags extends AdminFlags {
  readonly xds?: string
  readonly address: string
  readonly adminPort: number
  readonly protocol: XdsProtocol
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Options of `createBootstrap` by the flags that set them. */
const FLAG_OF: Readonly<Record<string, string>> = {
  nodeId: '<node>',
  cluster: '<fleet>',
  listenerAddress: '--address',
  'xds.address': '--xds',
}

export function addBootstrap(program: Command): void {
  const command = withAdmin(
    program
      .command('bootstrap')
      .description(
        'Print the bootstrap of an Envoy of your own, which gets everything from the control plane.',
      )
      .argument('<fleet>', 'Fleet of the Envoy, its node.cluster.')
      .argument('<node>', 'Name of the Envoy, its node.id: unlike that of any other Envoy.')
      .option('--xds <address>', 'Address of xDS, IP:PORT or unix:/PATH (default: that of "yard up").')
      .option('--address <ip>', 'IP address of its listeners.', '127.0.0.1')
      .option('--admin-port <number>', "Port of Envoy's own admin; 0 picks a free one.", readPort, 0)
      .addOption(
        new Option('--protocol <name>', 'Protocol variant of xDS: incremental or state of the world.')
          .choices(XDS_PROTOCOLS)
          .default('delta'),
      )
      .option(
        '--ca <file>',
        'Use mutual TLS for xDS, and trust this CA, PEM (default: that of "yard up --mtls").',
      )
      .option('--cert <file>', 'Certificate of the node, PEM; "yard certs --for" makes it.')
      .option('--key <file>', 'Private key of --cert, PEM.'),
  )
  withExamples(command, [
    ['yard bootstrap edge edge-9 > edge-9.json', 'Add an Envoy to a fleet of "yard up".'],
    ['envoy -c edge-9.json --disable-hot-restart --drain-time-s 4', 'Start it.'],
    [
      'yard bootstrap edge edge-9 --xds 10.0.0.2:18000 --address 10.0.0.7',
      'Use "yard serve" on another host.',
    ],
  ])
  command.action(async (fleet: string, node: string, flags: BootstrapFlags) => {
    await checkFleet(fleet, flags)
    process.stdout.write(`${bootstrapJson(await bootstrapOf(fleet, node, flags))}\n`)
    // The control plane of "yard up" keeps what a listener of an Envoy still uses for this long, others as long as Envoy does.
    const drain = flags.xds === undefined ? ' --drain-time-s 4' : ''
    report(`start it: ${envoyCommand()} -c FILE --disable-hot-restart${drain}`)
  })
}

/** The Envoy that "yard up" would start; without one, that of another host. */
function envoyCommand(): string {
  try {
    const { path } = findEnvoy({ fetch: false, log: () => {} })
    return /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'envoy-not-found') return 'envoy'
    throw error
  }
}

async function bootstrapOf(fleet: string, node: string, flags: BootstrapFlags) {
  const { address, adminPort, protocol } = flags
  const xds = await xdsOf(fleet, node, flags)
  try {
    return createBootstrap({
      nodeId: node,
      cluster: fleet,
      listenerAddress: address,
      adminPort,
      protocol,
      xds,
    })
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.problems.length === 0) throw error
    const problems = error.problems.map(({ path, message }) => ({ path: FLAG_OF[path] ?? path, message }))
    throw new SwitchyardError(error.code, 'invalid flags:', { problems, cause: error })
  }
}

async function xdsOf(fleet: string, node: string, flags: BootstrapFlags) {
  const tls = tlsOf(flags)
  if (flags.xds !== undefined) return { address: flags.xds, ...(tls && { tls }) }
  const testbed = flags.admin || process.env.YARD_ADMIN ? undefined : await readStateFile(stateFolder())
  if (testbed === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      '--xds is missing: write the address that "yard serve" prints; only that of "yard up" is known',
    )
  }
  const { xds: address, xdsIdentities } = testbed
  if (tls !== undefined || xdsIdentities === undefined) return { address, ...(tls && { tls }) }
  const certificates = XdsCertificates.open(xdsIdentities)
  await certificates.issue([{ fleet, node }])
  return { address, tls: certificates.of(node) }
}

/** Absolute: Envoy may run in another folder. */
function tlsOf({ ca, cert, key }: BootstrapFlags): XdsTlsFiles | undefined {
  if (ca !== undefined && cert !== undefined && key !== undefined) {
    return { ca: resolve(ca), certificate: resolve(cert), key: resolve(key) }
  }
  if (ca === undefined && cert === undefined && key === undefined) return undefined
  throw new SwitchyardError(
    'invalid-argument',
    '--ca, --cert and --key belong together, because xDS has mutual TLS: give all three or none',
  )
}

/** With --xds alone, nothing is known about the fleets. */
async function checkFleet(fleet: string, { admin, xds }: BootstrapFlags): Promise<void> {
  if (xds !== undefined && !admin && !process.env.YARD_ADMIN) return
  const { fleets } = await (await findControlPlane(admin)).getStatus()
  if (Object.hasOwn(fleets, fleet)) return
  const known = Object.keys(fleets).join(', ')
  throw new SwitchyardError('not-found', `unknown fleet "${fleet}". Use one of: ${known}`)
}
