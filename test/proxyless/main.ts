// `npm run test:proxyless`: runs the rows with every client that can be started here, prints the matrix, and ends with 1 if a
// row failed.
//
//   npm run test:proxyless -- [--rows P1,P12] [--clients node,go] [--short] [--write]

import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { describeMachine } from '../../bench/harness/environment.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { installHint } from './installed.ts'
import { MATRIX_CLIENTS, type MatrixClient } from './matrix-client.ts'
import { matrixPage } from './matrix-page.ts'
import { matrixTable } from './matrix-table.ts'
import { record } from './recorded-matrix.ts'
import type { Outcome, Result, Row } from './row.ts'
import { ROWS } from './rows/all-rows.ts'
import { runRow } from './run-row.ts'
import { versionOf } from './versions.ts'

const COMMAND = 'npm run test:proxyless -- --write'
const PAGE = fileURLToPath(new URL('../../docs/reference/proxyless-matrix.md', import.meta.url))

const RECORDED = PAGE.replace(/md$/, 'jsonl')

const OPTIONS = {
  rows: { type: 'string' },
  clients: { type: 'string' },
  short: { type: 'boolean' },
  write: { type: 'boolean' },
} as const

/** The given names, or all; an unknown name is an error. */
function chosen<T extends string>(flag: string, given: string | undefined, all: readonly T[]): readonly T[] {
  if (given === undefined) return all
  const names = given.split(',')
  const unknown = names.find((name) => !all.includes(name as T))
  if (unknown === undefined) return all.filter((name) => names.includes(name))
  throw new SwitchyardError('invalid-argument', `${flag}: unknown "${unknown}". Use ${all.join(', ')}`)
}

/** The versions of the clients that can be started; `outcomes` for the others. */
async function findClients(wanted: readonly MatrixClient[]) {
  const versions: Partial<Record<MatrixClient, string>> = {}
  const missing: Partial<Record<MatrixClient, Outcome>> = {}
  for (const client of wanted) {
    const install = installHint(client)
    if (install === undefined) versions[client] = await versionOf(client)
    else missing[client] = { kind: 'not installed', install }
  }
  return { versions, missing }
}

async function write(results: readonly Result[], run: Parameters<typeof record>[3]): Promise<void> {
  const recorded = await record(RECORDED, ROWS, results, run)
  const page = matrixPage(ROWS, recorded, { command: COMMAND, machine: describeMachine() })
  const style = await resolveConfig(PAGE)
  await writeFile(PAGE, await format(page, { ...style, parser: 'markdown' }))
}

async function runAndPrint(row: Row, client: MatrixClient, isLong: boolean): Promise<Outcome> {
  const begin = performance.now()
  const outcome = await runRow(row, client, { isLong })
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1)
  console.log(`${row.row} ${client}: ${outcome.kind} (${seconds} s) ${row.title}`)
  if (outcome.kind === 'fail') console.log(outcome.cause)
  return outcome
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  const clients = chosen('--clients', values.clients, MATRIX_CLIENTS)
  const codes = chosen('--rows', values.rows, [...new Set(ROWS.map(({ row }) => row))])
  const isLong = !values.short
  const { versions, missing } = await findClients(clients)
  for (const [client, outcome] of Object.entries(missing)) {
    if (outcome.kind === 'not installed') console.log(`${client} is left out: ${outcome.install}`)
  }
  const results: Result[] = []
  for (const row of ROWS.filter(({ row }) => codes.includes(row))) {
    const runs = Object.keys(versions).map(async (client) => {
      const outcome = await runAndPrint(row, client as MatrixClient, isLong)
      return [client, outcome] as const
    })
    results.push({ row, outcomes: { ...missing, ...Object.fromEntries(await Promise.all(runs)) } })
    // After each row: what an interrupted run has found is kept.
    if (values.write)
      await write(results.slice(-1), { versions, date: new Date().toISOString().slice(0, 10), isLong })
  }
  console.log(matrixTable(results))
  const failed = results
    .flatMap(({ outcomes }) => Object.values(outcomes))
    .some(({ kind }) => kind === 'fail')
  process.exitCode = failed ? 1 : 0
}

main().catch((thrown: unknown) => {
  console.error(SwitchyardError.from(thrown).message)
  process.exitCode = 2
})
