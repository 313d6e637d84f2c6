// The results of the scenario as tables.

import pc from 'picocolors'
import { renderTable } from '../../../testbed/measure/table.ts'
import { METHODS } from './callers.ts'
import type { StepReport } from './scenario.ts'

export function renderStep({ title, ackedMs, callers, attacks, load, shadowDenied }: StepReport): string {
  const columns = [
    { title: 'caller' },
    ...METHODS.map(({ name }) => ({ title: name, align: 'right' as const })),
  ]
  const rows = callers.map(({ caller, statuses, expected }) => [
    caller,
    ...statuses.map((status, index) => (status === expected[index] ? status : pc.red(`${status}!`))),
  ])
  const gotIn = attacks.filter(({ status }) => status === 0).length
  const lines = [
    ackedMs.length > 0 && `REST to ACK   ${ackedMs.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`,
    `authorized    ${load.calls} calls, ${load.failed.length} failed`,
    `attacks       ${attacks.length} tried, ${gotIn} got in`,
    shadowDenied > 0 && `in shadow     rules would have denied ${shadowDenied} of these calls`,
  ]
  return [pc.bold(title), renderTable(columns, rows), ...lines.filter(Boolean).map((line) => `  ${line}`), '']
    .join('\n')
    .trimStart()
}

export function renderVerdict(reports: readonly StepReport[], problems: readonly string[]): string {
  if (problems.length > 0) return problems.map((problem) => pc.red(`  ✗ ${problem}`)).join('\n')
  const calls = reports.reduce((sum, { load }) => sum + load.calls, 0)
  return pc.green(
    `  ✓ ${calls} authorized calls while switches changed: none failed, and no attack passed a security filter`,
  )
}
