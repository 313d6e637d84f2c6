// `yard up`: a testbed that stays until Ctrl-C, for the other verbs to work on.

import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { SwitchyardError } from '../../core/errors.ts'
import type { XdsProtocol } from '../../envoy-bootstrap/bootstrap.ts'
import { interruption } from '../../processes/interruption.ts'
import type { Restart } from '../../processes/keep-running.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import type { Exit } from '../../processes/running-process.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import {
  claimStateFolder,
  describeTestbed,
  removeStateFile,
  stateFolder,
  type TestbedDescription,
  writeStateFile,
} from '../../testbed/state-file.ts'
import { DRAIN_SECONDS, startTestbed, type TestbedOptions } from '../../testbed/testbed.ts'
import { report } from '../output/print.ts'
import { countOf, readPort, withExamples } from './flags.ts'

interface UpFlags {
  readonly config?: string
  readonly fleet?: ReadonlyMap<string, number>
  readonly backends?: number
  readonly port: number
  readonly admin: string
  readonly xds: string
  readonly protocol: XdsProtocol
  readonly drainSeconds: number
  readonly keep: boolean
  readonly mtls: boolean
  readonly security: boolean
  readonly json: boolean
}

export function addUp(program: Command): void {
  const command = program
    .command('up')
    .description('start backends, the control plane and fleets of Envoys, until Ctrl-C')
    .option('--config <file>', 'the desired state in YAML (default: one with all backends in it)')
    .option(
      '--fleet <name=size...>',
      'how many Envoys a fleet has (default: edge=3; with --config 1 each)',
      readFleet,
    )
    .option('--backends <number>', 'echo backends (default: 3; with --config 0)', countOf(0))
    .option('--port <number>', 'port of the listeners without --config; 0 takes a free one', readPort, 0)
    .option('--admin <address>', 'where REST is served, HOST:PORT', '127.0.0.1:0')
    .option('--xds <address>', 'where xDS is served, HOST:PORT or unix:/PATH', '127.0.0.1:0')
    .addOption(
      new Option('--protocol <name>', 'how Envoys ask for configuration')
        .choices(['delta', 'sotw'])
        .default('delta'),
    )
    .option(
      '--drain-seconds <number>',
      'how long connections of a replaced listener go on',
      countOf(1),
      DRAIN_SECONDS,
    )
    .option('--keep', 'keep revisions for the next run with --keep, where they go before the file', false)
    .option('--mtls', 'xDS over mutual TLS: a development authority, and a certificate for each node', false)
    .option(
      '--security',
      'an issuer, an authorizer and certificates, and switches for them, which are off',
      false,
    )
    .option('--json', 'print one line of JSON when all is ready', false)
  withExamples(command, [
    ['yard up', 'three Envoys, three backends, at L4'],
    ['yard up --fleet edge=2 --fleet canary=1', 'two fleets, each with a switch of its own'],
    ['yard up --config my.yaml --backends 3', 'backends at the first three endpoints of the file'],
    ['yard up --security', 'tokens, policies and TLS, one "yard set" away'],
    ['yard up --xds unix:/tmp/xds.sock --protocol sotw', 'state of the world over a Unix socket'],
  ])
  command.action(async (flags: UpFlags) => process.exit(await up(flags)))
}

/** Resolves with the exit code, once every process that was started has ended. */
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
  const description = describeTestbed(testbed)
  await writeStateFile(state, description)
  process.stdout.write(`${flags.json ? JSON.stringify(description) : renderTestbed(description)}\n`)
  const { code, signal } = await testbed.controlPlaneExited
  throw new SwitchyardError(
    'process-failed',
    `the control plane has ended (${signal ?? code}): see ${state}/testbed`,
  )
}

function toTestbedOptions(flags: UpFlags, folder: string): TestbedOptions {
  const {
    config,
    fleet,
    backends = config === undefined ? 3 : 0,
    port,
    admin,
    xds,
    protocol,
    drainSeconds,
    keep,
    mtls,
    security,
  } = flags
  return {
    folder,
    backends,
    port,
    admin,
    xds,
    protocol,
    drainSeconds,
    mtls,
    security,
    ...(fleet === undefined ? {} : { fleets: fleet }),
    ...(config === undefined ? {} : { configFile: config }),
    ...(keep ? { controlPlaneState: join(folder, 'control-plane') } : {}),
    onProgress: report,
    onRestart: (nodeId, restart) => report(`Envoy ${nodeId} ${describeRestart(restart)}`),
  }
}

/** `NAME=SIZE`, as often as there are fleets. */
function readFleet(
  text: string,
  before: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const [, name, size] = /^([^=]+)=(\d+)$/.exec(text) ?? []
  if (name !== undefined) return new Map([...before, [name, Number(size)]])
  throw new InvalidArgumentError(`it is a fleet and its size, such as edge=3, not "${text}".`)
}

function describeRestart(restart: Restart): string {
  switch (restart.kind) {
    case 'ended':
      return `has ended (${howEnded(restart.exit)}), and is started again in ${restart.pauseMs / 1000} s`
    case 'failed':
      return `did not start, and is tried again in ${restart.pauseMs / 1000} s: ${restart.error.message}`
    case 'started':
      return 'is up again'
  }
}

function howEnded({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`
}

function renderTestbed({ admin, xds, fleets, backends, security }: TestbedDescription): string {
  const rows = [
    ['control plane', '', admin, `xDS ${xds}`],
    ...Object.entries(fleets).flatMap(([fleet, nodes]) =>
      nodes.map((node) => ['Envoy', node.node, node.address, `fleet ${fleet}, admin ${node.admin}`]),
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
  return `${renderTable(columns, rows)}\n\n  Up until Ctrl-C.`
}
