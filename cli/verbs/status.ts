// `yard status`: what each fleet is set to, and how far each Envoy has come with it.

import type { Command } from 'commander'
import pc from 'picocolors'
import { type FleetStatus, type NodeStatus, nameOf, type Status } from '../../api/answers.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print } from '../output/print.ts'
import { type AdminFlags, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  SYNCED: pc.green,
  NACKED: pc.red,
  STALE: pc.yellow,
  NOT_SENT: pc.yellow,
  DISCONNECTED: pc.dim,
}

export function addStatus(program: Command): void {
  const command = withOutput(
    withAdmin(program.command('status').description('the fleets, their Envoys, and who has ACKed what')),
  )
  withExamples(command, [
    ['yard status', 'a table'],
    ['yard status -o json | jq .nodes', 'all that is known of the nodes'],
  ])
  command.action(async ({ admin, output }: AdminFlags & OutputFlags) => {
    print(await (await findControlPlane(admin)).status(), output, renderStatus)
  })
}

export function renderStatus({ revision, acceptedRevision, fleets, nodes }: Status): string {
  const refusals = nodes.flatMap(describeRefusals)
  const accepted =
    acceptedRevision === revision.revision ? '' : `, accepted: ${acceptedRevision ?? 'none yet'}`
  return [
    `  revision ${revision.revision} (${revision.status}${accepted})`,
    '',
    renderTable(
      [
        { title: 'fleet' },
        { title: 'set to' },
        { title: 'Envoys', align: 'right' },
        { title: 'synced', align: 'right' },
      ],
      Object.entries(fleets).map(([name, fleet]) => fleetRow(name, fleet, nodes)),
    ),
    '',
    renderTable(
      [{ title: 'node' }, { title: 'fleet' }, { title: 'state' }, { title: 'types' }],
      nodes.toSorted(byFleetAndName).map(nodeRow),
    ),
    ...(refusals.length === 0 ? [] : ['', ...refusals]),
  ].join('\n')
}

function fleetRow(name: string, { lb }: FleetStatus, nodes: readonly NodeStatus[]): readonly string[] {
  const connected = nodes.filter(({ group, connected }) => group === name && connected)
  const synced = connected.filter(({ state }) => state === 'SYNCED')
  return [pc.bold(name), lb === undefined ? '' : nameOf(lb), String(connected.length), String(synced.length)]
}

/** The tenth after the ninth. */
function byFleetAndName(one: NodeStatus, other: NodeStatus): number {
  return one.group.localeCompare(other.group) || one.id.localeCompare(other.id, 'en', { numeric: true })
}

function nodeRow({ id, group, state, types }: NodeStatus): readonly string[] {
  const perType = Object.entries(types).map(([url, type]) => colour(type.state, shortName(url)))
  return [id, group, colour(state, state), perType.join(' ')]
}

/** Envoy's own words. */
function describeRefusals({ id, types }: NodeStatus): readonly string[] {
  return Object.entries(types).flatMap(([url, { nack }]) =>
    nack === undefined
      ? []
      : [pc.red(`  ${id} refused ${shortName(url)} (${nack.names.join(', ')}): ${nack.message}`)],
  )
}

function colour(state: string, text: string): string {
  return (COLOURS[state] ?? String)(text)
}

function shortName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}
