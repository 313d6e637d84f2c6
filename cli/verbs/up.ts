// `yard up`: starts a testbed for the other verbs, until Ctrl-C.

import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { RestClient } from '../../api/client.ts'
import { XDS_PROTOCOLS, type XdsProtocol } from '../../envoy-bootstrap/bootstrap.ts'
import { interruption } from '../../processes/interruption.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { describeNotice } from '../../testbed/notices.ts'
import { describeRestart } from '../../testbed/parts.ts'
import { publishTestbed } from '../../testbed/publish-testbed.ts'
import {
  claimStateFolder,
  removeStateFile,
  stateFolder,
  type TestbedDescription,
} from '../../testbed/state-file.ts'
import { DRAIN_SECONDS, startTestbed, type TestbedOptions } from '../../testbed/testbed.ts'
import { report } from '../output/print.ts'
import { countOf, readPort, withExamples } from './flags.ts'
import { type FleetFlags, readFleet } from './fleet-flag.ts'

interface UpFlags {
  readonly config?: string
  readonly fleet?: FleetFlags
  readonly backends?: number
  readonly port: number
  readonly admin: string
  readonly xds: string
  readonly insecure: boolean
  readonly protocol: XdsProtocol
  readonly drainSeconds: number
  readonly keep: boolean
  readonly mtls: boolean
  readonly security: boolean
  readonly rateLimits?: string
  readonly json: boolean
}

export function addUp(program: Command): void {
  const command = program
    .command('up')
    .description('Start backends, the control plane and fleets of Envoys or gRPC clients, until Ctrl-C.')
    .option('--config <file>', 'Desired state in YAML (default: one upstream with all backends).')
    .option(
      '--fleet <name=size...>',
      'Number of Envoys of a fleet (default: edge=3; with --config 1 each), or the languages of its gRPC clients.',
      readFleet,
    )
    .option('--backends <number>', 'Number of echo backends (default: 3; with --config 0).', countOf(0))
    .option('--port <number>', 'Port of the listeners without --config; 0 picks a free one.', readPort, 0)
    .option('--admin <address>', 'Address of REST, HOST:PORT.', '127.0.0.1:0')
    .option('--xds <address>', 'Address of xDS, HOST:PORT or unix:/PATH.', '127.0.0.1:0')
    .option(
      '--insecure',
      'Serve xDS in plaintext off loopback too: whoever connects can claim to be any node.',
      false,
    )
    .addOption(
      new Option('--protocol <name>', 'Protocol variant of xDS: incremental or state of the world.')
        .choices(XDS_PROTOCOLS)
        .default('delta'),
    )
    .option(
      '--drain-seconds <number>',
      'Drain time of replaced listeners, in seconds.',
      countOf(1),
      DRAIN_SECONDS,
    )
    .option('--keep', 'Keep revisions between runs; kept ones take precedence over --config.', false)
    .option(
      '--mtls',
      'Use mutual TLS for xDS, with a certificate for each node from a development CA.',
      false,
    )
    .option(
      '--security',
      'Start an issuer and an authorizer, with certificates and security switches that are off.',
      false,
    )
    .option('--rate-limits <file>', 'Start a rate limiter with these rules, as the upstream rate-limiter.')
    .option('--json', 'Print one line of JSON when everything is ready.', false)
  withExamples(command, [
    ['yard up', 'Start three Envoys and three backends, at L4.'],
    ['yard up --fleet edge=2 --fleet canary=1', 'Start two fleets.'],
    ['yard up --fleet clients=proxyless:node,python', 'Start gRPC clients that need no Envoy.'],
    ['yard up --config my.yaml --backends 3', 'Start backends at the first three endpoints of the file.'],
    ['yard up --security', 'Add what JWT, OPA and TLS need.'],
    ['yard up --xds unix:/tmp/xds.sock --protocol sotw', 'Use state of the world over a Unix socket.'],
  ])
  command.action(async (flags: UpFlags) => process.exit(await up(flags)))
}

/** Resolves with the exit code, when every process that it started has ended. */
async function up(flags: UpFlags): Promise<number> {
  const state = stateFolder()
  await claimStateFolder(state)
  const group = new ProcessGroup()
  const interrupted = interruption()
  try {
    return await Promise.race([stayUp(group, state, flags), interrupted])
  } finally {
    await group.stop()
    await removeStateFile(state)
  }
}

async function stayUp(group: ProcessGroup, state: string, flags: UpFlags): Promise<never> {
  const testbed = await startTestbed(group, toTestbedOptions(flags, join(state, 'testbed')))
  const description = await publishTestbed(state, testbed, report)
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(description)}\n`
      : `${renderTestbed(description)}\n\n${await describePage(testbed.rest)}\n`,
  )
  return await new Promise(() => {})
}

function toTestbedOptions(flags: UpFlags, folder: string): TestbedOptions {
  const {
    config,
    fleet,
    backends,
    port,
    admin,
    xds,
    insecure,
    protocol,
    drainSeconds,
    keep,
    mtls,
    security,
    rateLimits,
  } = flags
  return {
    folder,
    port,
    admin,
    xds,
    insecure,
    protocol,
    drainSeconds,
    mtls,
    security,
    ...(fleet === undefined ? {} : { fleets: fleet.envoys, proxyless: fleet.proxyless }),
    ...(config === undefined ? {} : { configFile: config }),
    ...(backends === undefined ? {} : { backends }),
    ...(rateLimits === undefined ? {} : { rateLimits }),
    keep,
    steadyLoad: true,
    onProgress: report,
    onRestart: (title, restart) => report(describeRestart(title, restart)),
    onNotice: (notice) => report(describeNotice(notice)),
  }
}

function renderTestbed({ admin, xds, fleets, clients = {}, backends, security }: TestbedDescription): string {
  const rows = [
    ['control plane', '', admin, `xDS ${xds}`],
    ...Object.entries(fleets).flatMap(([fleet, nodes]) =>
      nodes.map((node) => ['Envoy', node.node, node.address, `fleet ${fleet}, admin ${node.admin}`]),
    ),
    ...Object.entries(clients).flatMap(([fleet, nodes]) =>
      nodes.map(({ node, target, language }) => ['client', node, target, `fleet ${fleet}, in ${language}`]),
    ),
    ...backends.map(({ id, address }) => ['backend', id, address, '']),
    ...(security
      ? [
          ['issuer', '', security.issuer.address, 'yard issue prints a token'],
          ['authorizer', '', security.authorizer, ''],
        ]
      : []),
  ]
  const columns = ['part', 'name', 'address', ''].map((title) => ({ title }))
  return renderTable(columns, rows)
}

async function describePage(rest: RestClient): Promise<string> {
  const { url } = await rest.createLoginLink()
  return `  Live page: ${url}\n  (The link works once, and for five minutes. yard ui prints another one.)\n\n  Running until Ctrl-C.`
}
