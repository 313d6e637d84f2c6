// `npm run docs:switches`: runs the feature tests of the rows and the goldens with a real Envoy, records what passed, and writes
// docs/reference/switches.md. Ends with 1 if a test fails, or if a row names something that no run has shown.
//
//   npm run docs:switches -- [--rows T5,T6] [--missing] [--jobs N]

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { describeFailure, describeFile } from '../support/describe-tally.ts'
import { endAll, runFile } from '../support/run-file.ts'
import { runInPool } from '../support/test-pool.ts'
import { followPassed } from './passed-tests.ts'
import { proofOf } from './proofs.ts'
import { GOLDEN_TEST, readRuns, recordRuns, runOf } from './recorded-runs.ts'
import { filesOfRows } from './row-titles.ts'
import { SWITCH_ROWS } from './rows.ts'
import { writePage } from './write-page.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const SECONDS_PER_FILE = 600

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void endAll(signal).then(() => process.exit(1)))
}

function chosenRows(given: string | undefined): readonly string[] {
  const all = Object.keys(SWITCH_ROWS)
  if (given === undefined) return all
  const rows = given.split(',')
  const unknown = rows.find((row) => !all.includes(row))
  if (unknown === undefined) return rows
  throw new SwitchyardError('invalid-argument', `--rows: unknown "${unknown}". Use ${all.join(', ')}`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string' },
      missing: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '2' },
    },
  })
  const rows = chosenRows(values.rows)
  const filesOf = filesOfRows()
  const recorded = readRuns()
  const isLacking = (file: string, codes: readonly string[]) =>
    codes.some((code) => {
      const row = SWITCH_ROWS[code]
      return (
        row !== undefined &&
        proofOf(code, row, new Map([[file, codes]]), recorded).tests[0]?.passed.length === 0
      )
    })
  const files = [...filesOf].filter(
    ([file, codes]) =>
      codes.some((code) => rows.includes(code)) && (!values.missing || isLacking(file, codes)),
  )
  const facts = {
    envoy: findEnvoy().version,
    date: new Date().toISOString().slice(0, 10),
    twins: Object.values(SWITCH_ROWS).flatMap(({ twins }) => twins),
  }
  const known = new Set([GOLDEN_TEST, ...filesOf.keys()])
  let failed = 0
  await runInPool([GOLDEN_TEST, ...files.map(([file]) => file)], Number(values.jobs), async (file) => {
    let passed = (): ReturnType<ReturnType<typeof followPassed>> => []
    const report = await runFile(root, file, SECONDS_PER_FILE, {
      follow: (parser) => {
        passed = followPassed(parser)
      },
    })
    console.log([describeFile(report), ...report.failures.map(describeFailure)].join('\n'))
    failed += report.failed
    // After each file: what an interrupted run has shown is kept.
    recordRuns([runOf(file, passed(), facts)], known)
  })
  await writePage()
  const lacking = rows.flatMap((code) => {
    const row = SWITCH_ROWS[code]
    if (row === undefined || row.missing !== undefined) return []
    return proofOf(code, row, filesOf, readRuns()).lacks.map((lack) => `${code}: ${lack}`)
  })
  for (const lack of lacking) console.log(lack)
  console.log(`${rows.length} rows, ${failed} tests failed, ${lacking.length} proofs missing`)
  process.exitCode = failed + lacking.length === 0 ? 0 : 1
}

main().catch((thrown: unknown) => {
  console.error(SwitchyardError.from(thrown).message)
  process.exitCode = 2
})
