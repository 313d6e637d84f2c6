// The appendix: every run, every round, every process, and the other figures.

import type { Results } from '../../results.ts'
import type { Cell } from '../section.ts'
import type { DataTable } from './data-table.ts'
import type { Figures, RunSummary } from './run-figures.ts'
import { percentileOf } from './section-tables.ts'

const LOAD_COLUMNS = [
  { title: 'calls', decimals: 0 },
  { title: 'not OK', decimals: 0 },
  { title: 'calls/s' },
  { title: 'p50', unit: 'ms' },
  { title: 'p95', unit: 'ms' },
  { title: 'p99', unit: 'ms' },
  { title: 'p99.9', unit: 'ms' },
  { title: 'max', unit: 'ms' },
  { title: 'messages/s' },
  { title: 'MB/s' },
  { title: 'shares CV', unit: '%', decimals: 2 },
] as const

function loadCells(figures: Figures): Cell[] {
  const { latencies } = figures
  return [
    figures.calls,
    figures.failed,
    figures.callsPerSecond,
    ...[50, 95, 99, 99.9].map((percentile) => percentileOf(latencies, percentile)),
    latencies === undefined ? undefined : latencies.max / 1000,
    figures.messagesPerSecond,
    figures.megabytesPerSecond,
    figures.variation === undefined ? undefined : figures.variation * 100,
  ]
}

/** A row for each run, its rounds together: what callers saw. */
export function runsTable(runs: readonly RunSummary[]): DataTable {
  return dropEmpty({
    columns: [{ title: 'run' }, { title: 'rounds', decimals: 0 }, ...LOAD_COLUMNS],
    rows: runs.flatMap(({ id, measured, figures }) =>
      figures === undefined ? [] : [[id, measured.length, ...loadCells(figures)]],
    ),
  })
}

/** A row for each run, its rounds together: what it cost. */
export function costsTable(runs: readonly RunSummary[]): DataTable {
  return {
    columns: [{ title: 'run' }, { title: 'rounds', decimals: 0 }, ...roleColumns(runs)],
    rows: runs.flatMap(({ id, measured, figures }) =>
      figures === undefined ? [] : [[id, measured.length, ...roleCells(runs, figures)]],
    ),
  }
}

/** A row for each run and round. */
export function roundsTable(runs: readonly RunSummary[]): DataTable {
  return dropEmpty({
    columns: [{ title: 'run' }, { title: 'round', decimals: 0 }, ...LOAD_COLUMNS],
    rows: runs.flatMap(({ id, measured }) =>
      measured.map(({ round, figures }) => [id, round, ...loadCells(figures)]),
    ),
  })
}

const rolesOf = (runs: readonly RunSummary[]) => [
  ...new Set(runs.flatMap(({ figures }) => Object.keys(figures?.cpu ?? {}))),
]

const roleColumns = (runs: readonly RunSummary[]) =>
  rolesOf(runs).flatMap((role) => [
    { title: `${role} CPU`, unit: '% of a core', decimals: 0 },
    { title: `${role} memory`, unit: 'MiB', decimals: 0 },
  ])

const roleCells = (runs: readonly RunSummary[], { cpu, peakMiB }: Figures) =>
  rolesOf(runs).flatMap((role) => [cpu[role], peakMiB[role]])

/** Columns that no run has anything in are left out. */
function dropEmpty({ columns, rows }: DataTable): DataTable {
  const kept = columns.map((_, index) => index < 2 || rows.some((row) => row[index] !== undefined))
  return {
    columns: columns.filter((_, index) => kept[index]),
    rows: rows.map((row) => row.filter((_, index) => kept[index])),
  }
}

export function processesTable({ runs }: Results): DataTable {
  return {
    columns: [
      { title: 'run' },
      { title: 'round', decimals: 0 },
      { title: 'role' },
      { title: 'process' },
      { title: 'CPU time', unit: 'ms', decimals: 0 },
      { title: 'CPU', unit: '% of a core', decimals: 0 },
      { title: 'peak memory', unit: 'MiB', decimals: 0 },
    ],
    rows: runs.flatMap(({ id, round, measured }) =>
      (measured?.processes ?? []).map(({ role, name, cpuMs, peakMiB }): Cell[] => [
        ...[id, round, role, name, cpuMs],
        ...[(measured?.seconds ?? 0) > 0 ? cpuMs / ((measured?.seconds ?? 1) * 10) : undefined, peakMiB],
      ]),
    ),
  }
}

/** What else a run found, its statuses other than OK, and its notes. */
export function otherTable({ runs }: Results): DataTable {
  return {
    columns: [
      { title: 'run' },
      { title: 'round', decimals: 0 },
      { title: 'what' },
      { title: 'value' },
      { title: 'note' },
    ],
    rows: runs.flatMap(({ id, round, measured }) => [
      ...Object.entries(measured?.figures ?? {}).map(([name, value]): Cell[] => [id, round, name, value, '']),
      ...Object.entries(measured?.codes ?? {})
        .filter(([code]) => code !== 'OK')
        .map(([code, calls]): Cell[] => [id, round, `calls with ${code}`, calls, '']),
      ...(measured?.notes ?? []).map((note): Cell[] => [id, round, 'note', undefined, note]),
    ]),
  }
}
