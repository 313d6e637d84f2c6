// What a way costs: CPU time for each call by who spends it, memory, and connections.

import type { BarsSection, Section, TableSection } from '../../../../harness/report/section.ts'
import type { Measured } from '../../../../harness/results.ts'
import { cpuPerCall, type Role } from '../../../../harness/statistics/round.ts'
import { meanOver } from '../../../../harness/statistics/rounds.ts'
import { CONNECTIONS } from '../checks/pooling.ts'
import type { Subject } from '../checks/subject.ts'

/** Peak memory of all processes of a role, in MiB. */
function memoryOf({ processes }: Measured, role: Role): number {
  return processes.filter((one) => one.role === role).reduce((sum, { peakMiB }) => sum + peakMiB, 0)
}

export function costSections(base: readonly Subject[], all: readonly Subject[]): readonly Section[] {
  return [
    cpu('CPU of a call: client, proxies and backends together', base),
    cpu('CPU of a call: the client', base, 'client'),
    cpu('CPU of a call: proxies and sidecars', base, 'proxy'),
    costTable(base),
    poolingTable(all),
  ]
}

function cpu(title: string, base: readonly Subject[], role?: Role): BarsSection {
  const spending = base.filter(({ rounds }) =>
    rounds.some(({ processes }) => processes.some((one) => role === undefined || one.role === role)),
  )
  return {
    kind: 'bars',
    title,
    unit: 'µs',
    bars: spending.map(({ way, rounds }) => ({
      label: way.title,
      values: rounds.map((one) => cpuPerCall(one, role)),
    })),
  }
}

function costTable(base: readonly Subject[]): TableSection {
  return {
    kind: 'table',
    title: 'CPU and memory by who needs them',
    says: 'At a fixed rate of short calls. The memory is the largest of the life of a process: backends and shared proxies have served other runs before.',
    columns: [
      { title: 'way' },
      { title: 'client', decimals: 0, unit: 'µs a call' },
      { title: 'proxies', decimals: 0, unit: 'µs a call' },
      { title: 'backends', decimals: 0, unit: 'µs a call' },
      { title: 'client', decimals: 0, unit: 'MiB' },
      { title: 'proxies', decimals: 0, unit: 'MiB' },
    ],
    rows: base.map(({ way, rounds }) => [
      way.title,
      ...(['client', 'proxy', 'server'] as const).map((role) =>
        meanOver(rounds, (one) => cpuPerCall(one, role)),
      ),
      ...(['client', 'proxy'] as const).map((role) => meanOver(rounds, (one) => memoryOf(one, role))),
    ]),
  }
}

function poolingTable(all: readonly Subject[]): TableSection {
  const counted = all.filter(
    ({ cell, rounds }) => cell.loop === 'open' && rounds.some(({ figures }) => CONNECTIONS in figures),
  )
  return {
    kind: 'table',
    title: 'Connections: what backends have to accept',
    says: 'Counted by the backends, after all connections of other runs were closed. A proxy at L7 has a pool of its own; clients that balance have a connection to every backend; at L4 every connection of a client is one to a backend.',
    columns: [
      { title: 'way' },
      { title: 'connections of the client', decimals: 0 },
      { title: 'backends', decimals: 0 },
      { title: 'connections to backends', decimals: 0 },
    ],
    rows: counted
      .filter(({ cell }) => cell.workload === 'unary')
      .map(({ way, cell, rounds }) => [
        way.title,
        cell.connections,
        cell.backends,
        Math.max(...rounds.map(({ figures }) => figures[CONNECTIONS] ?? 0)),
      ]),
  }
}
