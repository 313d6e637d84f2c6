// `yard call`: sends echo calls through a fleet of Envoys or from gRPC clients, and shows which backends answered.

import { type Command, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { SwitchyardError } from '../../core/errors.ts'
import {
  type Distribution,
  KEY_HEADER,
  type Keys,
  measureDistribution,
} from '../../testbed/measure/distribution.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { findTestbed } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { callFromClients, findClients, renderClientCalls } from './call-clients.ts'
import { explainFailure, type TlsByFlags } from './call-failure.ts'
import { findCallTarget, type TargetFlags } from './call-target.ts'
import { countOf, type OutputFlags, withExamples, withOutput } from './flags.ts'

interface CallFlags extends OutputFlags, TargetFlags {
  readonly count: number
  readonly connections: number
  readonly hashKey?: string
  readonly token?: string
  readonly header: Readonly<Record<string, string>>
  readonly from?: string
}

/** The result, as `-o json` prints it. */
export interface CallResult {
  readonly calls: number
  readonly connections: number
  readonly answeredBy: Readonly<Record<string, number>>
  readonly failed: number
  readonly failures: readonly string[]
}

export function addCall(program: Command): void {
  const command = withOutput(
    program
      .command('call')
      .description('Send echo calls through the Envoys of a fleet, and show which backends answered.')
      .argument('[fleet]', 'Fleet of "yard up"; connections are spread over its Envoys.')
      .option(
        '--from <clients>',
        'Have these gRPC clients of "yard up" call instead: a fleet, or FLEET/LANGUAGE.',
      )
      .option('-n, --count <number>', 'Number of calls; with --from, of each client.', countOf(1), 30)
      .option('-c, --connections <number>', 'Number of connections.', countOf(1), 3)
      .option('-k, --hash-key <text>', 'Send the header x-user, which ring_hash and maglev hash.')
      .option('-t, --token <token>', 'Send a bearer token, such as "yard issue" prints.')
      .option('--header <name=value>', 'Send a header with every call (repeatable).', readHeader, {})
      .option('--to <address...>', 'Call these addresses instead of the fleet of "yard up".')
      .option(
        '--ca <file>',
        "Use TLS and trust this CA, PEM (default: the testbed's if the listener has TLS, else plaintext).",
      )
      .option('--cert <file>', "Show this certificate, PEM (default: the testbed's if clients need one).")
      .option('--key <file>', 'Private key of --cert, PEM.')
      .option('--authority <host>', 'Call this host (:authority); with --ca also the name that TLS checks.'),
  )
  withExamples(command, [
    ['yard call edge', 'Send 30 calls over 3 connections.'],
    ['yard call edge -n 1000 -c 1', 'See one backend answer at L4, and all at L7.'],
    ['yard call edge -t $(yard issue --role admin)', 'Send a token.'],
    ['yard call edge --authority shop.local', 'Call a virtual host.'],
    ['yard call edge --to 10.0.0.7:443 --ca ca.pem --authority shop.local', 'Call an Envoy of your own.'],
    ['yard call edge -k alice', 'See one backend answer with ring_hash or maglev.'],
    ['yard call --from clients/python', 'Have the Python client of the fleet "clients" call.'],
  ])
  command.action(async (fleet: string | undefined, flags: CallFlags) => {
    const { count, connections, hashKey, token, header, output } = flags
    const headers = { ...header, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
    if (fleet === undefined || flags.from !== undefined) {
      const from = requireFrom(command, fleet, flags)
      const result = await fromClients(from, count, {
        ...headers,
        ...(hashKey !== undefined && { [KEY_HEADER]: hashKey }),
      })
      print(result, output, renderClientCalls)
      process.exit(result.failed === 0 ? 0 : 1)
    }
    const { addresses, ...tls } = await findCallTarget(fleet, flags)
    const keys: Keys = hashKey === undefined ? 'none' : { same: hashKey }
    const options = { connections, calls: count, keys, headers, ...tls }
    const measured = await measureDistribution(addresses, [], options)
    print(summarize(measured, tlsOf(flags)), output, renderCalls)
    // Calls that are still being retried would keep the process alive.
    process.exit(measured.failures.length === 0 ? 0 : 1)
  })
}

/** Flags that say how this verb connects. With --from a client connects, in its own way. */
const OWN_CONNECTIONS = ['connections', 'to', 'ca', 'cert', 'key', 'authority'] as const

/** @throws SwitchyardError `invalid-argument` for a combination that says nothing */
function requireFrom(command: Command, fleet: string | undefined, { from }: CallFlags): string {
  const given = OWN_CONNECTIONS.filter((name) => command.getOptionValueSource(name) === 'cli')
  const problems = [
    ...(from === undefined ? ['name a fleet of Envoys, such as edge, or gRPC clients with --from'] : []),
    ...(from !== undefined && fleet !== undefined
      ? [`give either the fleet ${fleet}, whose Envoys are called, or --from ${from}`]
      : []),
    ...given.map((name) => `--${name} has no effect with --from: the client decides how it connects`),
  ]
  if (from !== undefined && problems.length === 0) return from
  throw new SwitchyardError('invalid-argument', problems.join('; '))
}

async function fromClients(from: string, count: number, headers: Readonly<Record<string, string>>) {
  const testbed = await findTestbed('start one with "yard up --fleet clients=proxyless:node,python"')
  return await callFromClients(findClients(testbed, from), count, headers)
}

/** `NAME=VALUE`, once for each header. */
function readHeader(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, name, value] = /^([a-z0-9_.-]+)=([\x20-\x7e]*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { ...before, [name]: value }
  throw new InvalidArgumentError(
    `Write NAME=VALUE with a name in lower case, such as x-tenant=blue, not "${text}".`,
  )
}

/** Undefined where the testbed decides. */
function tlsOf({ to, ca, cert }: TargetFlags): TlsByFlags | undefined {
  if (cert !== undefined) return 'certificate'
  if (ca !== undefined) return 'ca'
  return to === undefined ? undefined : 'none'
}

function summarize(
  { calls, connections, byBackend, failures }: Distribution,
  tls: TlsByFlags | undefined,
): CallResult {
  const answeredBy = Object.fromEntries([...byBackend].sort(([a], [b]) => (a < b ? -1 : 1)))
  const explained = new Set(failures.map((message) => explainFailure(message, tls)))
  return { calls, connections, answeredBy, failed: failures.length, failures: [...explained] }
}

function renderCalls({ calls, answeredBy, failed, failures }: CallResult): string {
  const rows = Object.entries(answeredBy).map(([id, count]) => [
    id,
    String(count),
    `${((100 * count) / calls).toFixed(1)}%`,
  ])
  const columns = [
    { title: 'answered by' },
    { title: 'calls', align: 'right' },
    { title: 'share', align: 'right' },
  ] as const
  return [
    renderTable(columns, rows),
    ...(failed === 0 ? [] : ['', pc.red(`  ${failed} of ${calls} failed: ${failures.join('; ')}`)]),
  ].join('\n')
}
