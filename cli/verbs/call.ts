// `yard call`: echo calls through a fleet, and who answered them.

import { type Command, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { SwitchyardError } from '../../core/errors.ts'
import { type Distribution, type Keys, measureDistribution } from '../../testbed/measure/distribution.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { findTestbed } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { countOf, type OutputFlags, withExamples, withOutput } from './flags.ts'

interface CallFlags extends OutputFlags {
  readonly count: number
  readonly connections: number
  readonly key?: string
  readonly token?: string
  readonly header: Readonly<Record<string, string>>
  readonly to?: readonly string[]
}

/** What the calls came to: with `-o json` this is what is printed. */
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
      .description('send echo calls through the Envoys of a fleet, and show who answered')
      .argument('<fleet>', 'a fleet of "yard up"; its connections are shared out over its Envoys')
      .option('-n, --count <number>', 'calls', countOf(1), 30)
      .option('-c, --connections <number>', 'connections of their own', countOf(1), 3)
      .option('-k, --key <text>', 'what ring_hash and maglev hash on: the header x-user of every call')
      .option('-t, --token <token>', 'a token, as "yard issue" prints it: sent as authorization')
      .option('--header <name=value>', 'a header of every call; may be given again', readHeader, {})
      .option('--to <address...>', 'call these addresses in place of the fleet of "yard up"'),
  )
  withExamples(command, [
    ['yard call edge', '30 calls over 3 connections'],
    ['yard call edge -n 1000 -c 1', 'at L4 one backend answers, at L7 all do'],
    ['yard call edge -t $(yard issue --role admin)', 'with a token'],
    ['yard call edge -k alice', 'with ring_hash or maglev, one backend'],
  ])
  command.action(async (fleet: string, flags: CallFlags) => {
    const { count, connections, key, token, header, to, output } = flags
    const targets = to ?? (await targetsOf(fleet))
    const keys: Keys = key === undefined ? 'none' : { same: key }
    const headers = { ...header, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
    const measured = await measureDistribution(targets, [], { connections, calls: count, keys, headers })
    print(summarise(measured), output, renderCalls)
    // Calls that are still tried again would hold the process.
    process.exit(measured.failures.length === 0 ? 0 : 1)
  })
}

/** `NAME=VALUE`, as often as there are headers. */
function readHeader(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, name, value] = /^([a-z0-9_.-]+)=([\x20-\x7e]*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { ...before, [name]: value }
  throw new InvalidArgumentError(
    `it is a name in lower case and a value, such as x-tenant=blue, not "${text}".`,
  )
}

async function targetsOf(fleet: string): Promise<readonly string[]> {
  const { fleets } = await findTestbed()
  const nodes = fleets[fleet] ?? []
  if (nodes.length > 0) return nodes.map(({ address }) => address)
  const known = Object.keys(fleets).join(', ')
  throw new SwitchyardError('not-found', `no Envoy of fleet "${fleet}" is up here; there are: ${known}`)
}

function summarise({ calls, connections, byBackend, failures }: Distribution): CallResult {
  const answeredBy = Object.fromEntries([...byBackend].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { calls, connections, answeredBy, failed: failures.length, failures: [...new Set(failures)] }
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
