// The results of policy tests as tables, one for each file, and what differs below them.

import pc from 'picocolors'
import { renderTable } from '../../testbed/measure/table.ts'
import type { CellResult, RunResult } from '../result.ts'

const COLUMNS = [
  { title: 'call' },
  { title: 'caller' },
  { title: 'expected' },
  { title: 'got' },
  { title: 'upstream' },
  { title: 'ms', align: 'right' },
  { title: '' },
] as const

export function formatTable({ cells, milliseconds, envoy }: RunResult): string {
  const tables = [...Map.groupBy(cells, ({ file }) => file)].map(
    ([file, ofFile]) => `${file}\n${renderTable(COLUMNS, ofFile.map(toRow))}`,
  )
  const failed = cells.filter(({ passed }) => !passed)
  const seconds = (milliseconds / 1_000).toFixed(1)
  const count = `${cells.length - failed.length} passed, ${failed.length} failed in ${seconds} s on Envoy ${envoy}`
  return [...tables, ...failed.map(describeFailure), count].join('\n\n')
}

function toRow({ call, caller, expected, observed, milliseconds, passed }: CellResult) {
  const wanted = [expected.status].flat().join(' or ')
  const verdict = passed ? pc.green('ok') : pc.red('FAILED')
  return [call, caller, wanted, observed.status, observed.upstream ?? '-', Math.round(milliseconds), verdict]
}

function describeFailure({ file, line, call, caller, problems }: CellResult): string {
  return [`${file}:${line} ${caller} calls ${call}:`, ...problems.map((problem) => `  ${problem}`)].join('\n')
}
