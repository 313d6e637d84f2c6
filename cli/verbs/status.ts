// `yard status`: shows each fleet with its setting, and each Envoy with its state.

import type { Command } from 'commander'
import pc from 'picocolors'
import { nameOfLb } from '../../api/lb-name.ts'
import type { NodeState } from '../../api/node-state.ts'
import type { NodeStatus, TypeStatus } from '../../api/schemas/node.ts'
import type { FleetStatus, Status } from '../../api/schemas/status.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import type { TestbedDescription } from '../../testbed/state-file.ts'
import { surveyTestbed } from '../../testbed/survey.ts'
import { findControlPlane, findTestbedAt } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { type EffectiveFlags, isEffective, printEffective, withEffective } from './effective-flags.ts'
import { type AdminFlags, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'
import { describeRestarting, renderSurvey } from './render-survey.ts'

const COLORS: Readonly<Record<NodeState, (text: string) => string>> = {
  SYNCED: pc.green,
  MISSING: pc.red,
  UNKNOWN: pc.yellow,
  NACKED: pc.red,
  STALE: pc.yellow,
  NOT_SENT: pc.yellow,
  DISCONNECTED: pc.dim,
}

/** Of one type of a node. The JSON output has more. */
const SHOWN_ERRORS = 5
const SHOWN_SUBSCRIBED = 5

export function addStatus(program: Command): void {
  const command = withEffective(
    withOutput(
      withAdmin(program.command('status').description('Show the fleets and what each node has ACKed.')),
    ),
  )
  withExamples(command, [
    ['yard status', 'Print tables.'],
    ['yard status -o json | jq .nodes', 'Print everything about the nodes.'],
    ['yard status --effective', 'Ask each node of "yard up" what it has, and compare.'],
    ['yard status --csds 10.0.0.7:50052', 'The same for a gRPC program of your own.'],
  ])
  command.action(async ({ admin, output, ...flags }: AdminFlags & OutputFlags & EffectiveFlags) => {
    const client = await findControlPlane(admin)
    const testbed = await findTestbedAt(client.url)
    if (isEffective(flags)) return await printEffective(client, testbed, flags, output)
    const [status, survey] = await Promise.all([
      client.getStatus().catch((error: SwitchyardError) => {
        throw explainAbsence(error, testbed)
      }),
      testbed && surveyTestbed(testbed),
    ])
    const whole = { ...status, ...(survey && { testbed: survey }) }
    print(whole, output, ({ testbed: shown, ...rest }) =>
      [renderStatus(rest), ...(shown ? ['', renderSurvey(shown)] : [])].join('\n'),
    )
  })
}

/** A control plane of `yard up` that is gone comes back. */
function explainAbsence(error: SwitchyardError, testbed: TestbedDescription | undefined): SwitchyardError {
  const part = testbed?.parts.find(({ id, state }) => id === 'control-plane' && state === 'restarting')
  if (error.code !== 'unreachable' || part === undefined) return error
  return new SwitchyardError(
    'unreachable',
    `${describeRestarting(part)}: try again in a moment. The Envoys serve meanwhile`,
  )
}

export function renderStatus(status: Status): string {
  const { revision, acceptedRevision, fleets, nodes } = status
  const problems = [
    ...nodes.flatMap(describeNacks),
    ...nodes.flatMap(describeMissing),
    ...describeUnknownFleets(nodes, Object.keys(fleets)),
    ...describeLacks(nodes),
    ...describeSources(status),
  ]
  const hasOthers = Object.values(fleets).some(({ kind }) => kind !== 'envoy')
  const accepted =
    acceptedRevision === revision.revision ? '' : `, accepted: ${acceptedRevision ?? 'none yet'}`
  return [
    `  revision ${revision.revision} (${revision.status}${accepted})`,
    '',
    renderTable(
      [
        { title: 'fleet' },
        { title: 'setting' },
        { title: hasOthers ? 'nodes' : 'Envoys', align: 'right' },
        { title: 'synced', align: 'right' },
      ],
      Object.entries(fleets).map(([name, fleet]) => fleetRow(name, fleet, nodes)),
    ),
    '',
    renderTable(
      ['node', 'fleet', ...(hasOthers ? ['client'] : []), 'state', 'types'].map((title) => ({ title })),
      nodes.toSorted(byFleetAndName).map((node) => nodeRow(node, hasOthers)),
    ),
    ...(problems.length === 0 ? [] : ['', ...problems]),
  ].join('\n')
}

function fleetRow(name: string, { lb }: FleetStatus, nodes: readonly NodeStatus[]): readonly string[] {
  const connected = nodes.filter(({ fleet, connected }) => fleet === name && connected)
  const synced = connected.filter(({ state }) => state === 'SYNCED')
  return [
    pc.bold(name),
    lb === undefined ? '' : nameOfLb(lb),
    String(connected.length),
    String(synced.length),
  ]
}

/** Compares numbers in names as numbers: edge-9 before edge-10. */
function byFleetAndName(one: NodeStatus, other: NodeStatus): number {
  return one.fleet.localeCompare(other.fleet) || one.id.localeCompare(other.id, 'en', { numeric: true })
}

function nodeRow({ id, fleet, client, state, types }: NodeStatus, hasOthers: boolean): readonly string[] {
  const perType = Object.entries(types).map(([url, type]) => color(type.state, shortName(url)))
  const name = hasOthers ? [`${client?.name ?? ''} ${client?.version ?? ''}`.trim()] : []
  return [id, fleet, ...name, color(state, state), perType.join(' ')]
}

/** The NACKs of a node, with Envoy's error text. */
function describeNacks({ id, types }: NodeStatus): readonly string[] {
  return Object.entries(types).flatMap(([url, type]) => {
    const { nack } = type
    if (nack === undefined) return []
    const what = `${id} NACKed ${shortName(url)} (${nack.names.join(', ')})`
    return [pc.red(`  ${what}: ${nack.message.trimEnd()}`), describeSubscription(type)]
  })
}

/** What a node waits for, and why it does not get it. */
function describeMissing({ id, connected, types }: NodeStatus): readonly string[] {
  return Object.entries(types).flatMap(([url, type]) => {
    const { missing } = type
    if (missing === undefined || !connected) return []
    const { count, names, errors = [] } = missing
    const more = count > names.length ? ` and ${count - names.length} more` : ''
    const shown = errors.slice(0, SHOWN_ERRORS)
    return [
      pc.red(`  ${id} waits for ${shortName(url)} ${names.join(', ')}${more}: not in its fleet`),
      ...shown.map(
        ({ name, code, message }) => `    ${name}: ${GRPC_STATUS_NAMES[code] ?? code}, ${message}`,
      ),
      ...(errors.length > shown.length ? [`    and ${count - shown.length} more: yard status -o json`] : []),
      describeSubscription(type),
    ]
  })
}

/** What a node asks for, of a type that is in trouble. */
function describeSubscription({ wildcard, names, subscribed = [] }: TypeStatus): string {
  const shown = subscribed.slice(0, SHOWN_SUBSCRIBED)
  const list = `${shown.join(', ')}${names > shown.length ? ', …' : ''}`
  const byName = names === 0 ? [] : [`${names} ${names === 1 ? 'name' : 'names'}: ${list}`]
  return `    subscribes to ${[...(wildcard ? ['all'] : []), ...byName].join(' and ') || 'nothing'}`
}

/** Nodes whose fleet is not in the document are served nothing. */
function describeUnknownFleets(nodes: readonly NodeStatus[], known: readonly string[]): readonly string[] {
  const strays = nodes.filter(({ fleet, connected }) => connected && !known.includes(fleet))
  return strays.map(({ id, fleet }) =>
    pc.red(
      `  ${id} is served nothing: the document has no fleet ${fleet}. Set node.cluster in its bootstrap to one of: ${known.toSorted().join(', ')}`,
    ),
  )
}

/** A line for each setting that clients do not support, with the nodes that have such a client. */
function describeLacks(nodes: readonly NodeStatus[]): readonly string[] {
  const lacks = nodes.flatMap(({ id, connected, client, lacks = [] }) =>
    connected ? lacks.map((one) => ({ id, client: client?.name ?? '', ...one })) : [],
  )
  const same = Map.groupBy(lacks, ({ client, path, message }) => JSON.stringify([client, path, message]))
  return [...same.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const { id, client, path, message } = first
    const who = others.length === 0 ? `${id} (${client})` : `${id} and ${others.length} more (${client})`
    return pc.yellow(`  ${who} does not support ${message} (${path})`)
  })
}

/** What is wrong with secrets, files and sources of endpoints, while what they gave before is served. */
function describeSources({ secrets, files, endpoints }: Status): readonly string[] {
  const all = [secrets, files, endpoints].flatMap((sources) => Object.values(sources))
  const problems = all.flatMap((one) => one.problems)
  return problems.map(({ path, message }) => pc.yellow(`  ${path}: ${message}`))
}

function color(state: NodeState, text: string): string {
  return COLORS[state](text)
}

function shortName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}
