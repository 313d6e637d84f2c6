// The truth table on one Envoy, one policy after another: every cell, and every row with its accepted twin.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { describeCells, describeRows } from '../support/describe-table.ts'
import { requireTool } from '../support/requirements.ts'
import { type Cell, type RowOutcome, TableRunner } from '../support/table-runner.ts'
import { readTruthTable } from '../support/truth-table.ts'

const REPORT_FILE = fileURLToPath(new URL('../../reports/truth-table.txt', import.meta.url))

t.test('O6.4, O6.7, O6.8: the truth table', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const table = readTruthTable()
  const runner = await TableRunner.start(t, table)
  const cells: Cell[] = []
  const outcomes: RowOutcome[] = []

  for (const policy of Object.keys(table.policies)) {
    await runner.serve(policy)
    await t.test(`policy ${policy}`, async (t) => {
      const ofPolicy = await runner.cellsOf(policy)
      cells.push(...ofPolicy)
      for (const { method, caller, expected, got } of ofPolicy) {
        t.equal(got, expected, `${caller} calls ${method}`)
      }
    })
    for (const row of runner.rowsOf(policy)) {
      await t.test(`${row.row}: ${row.title}`, async (t) => {
        const outcome = await runner.outcomeOf(row)
        outcomes.push(outcome)
        t.strictSame(outcome.problems, [])
      })
    }
  }

  const report = `${describeCells(cells)}\n${describeRows(outcomes)}\n`
  mkdirSync(dirname(REPORT_FILE), { recursive: true })
  writeFileSync(REPORT_FILE, report)
  t.comment(report)
})
