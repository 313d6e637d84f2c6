// The truth table on one Envoy, one policy after another, by `yard test` itself: every cell, and every attack beside an accepted call.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { formatTable } from '../../policy-tests/formats/table.ts'
import { openPolicyBed } from '../../policy-tests/run/policy-bed.ts'
import { runTests } from '../../policy-tests/run/run-files.ts'
import { requireTool } from '../support/requirements.ts'
import { isAttack, readTruthTable } from '../support/truth-table.ts'

const REPORT_FILE = fileURLToPath(new URL('../../reports/truth-table.txt', import.meta.url))

t.test('O6.4, O6.7, O6.8: the truth table', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const table = await readTruthTable()
  const bed = openPolicyBed()
  t.teardown(() => bed.close())
  const result = await runTests(bed, [table])

  for (const [call, cells] of Map.groupBy(result.cells, (cell) => cell.call)) {
    await t.test(call, async (t) => {
      for (const { caller, problems } of cells.filter((cell) => !isAttack(cell))) {
        t.strictSame(problems, [], caller)
      }
    })
    for (const { caller, problems } of cells.filter(isAttack)) {
      await t.test(caller, async (t) => t.strictSame(problems, [], call))
    }
  }
  await t.test('the twin: wherever an attack fails, another call is accepted', async (t) => {
    for (const { suite } of table.parts) {
      if (!suite.cells.some(isAttack)) continue
      const changes = Object.keys(suite.calls)
      t.ok(
        suite.cells.some(({ expected }) => expected.status === 'OK'),
        changes.join(', '),
      )
    }
  })

  const report = `${formatTable(result)}\n`
  mkdirSync(dirname(REPORT_FILE), { recursive: true })
  writeFileSync(REPORT_FILE, report)
})
