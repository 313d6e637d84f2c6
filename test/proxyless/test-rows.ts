// Runs rows as tests, in their short form: one test for each row and two clients.

import type { Test } from 'tap'
import { findGrpcProgram } from '../../testbed/grpc-programs/find-grpc-program.ts'
import { requireLanguage } from '../support/grpc-client.ts'
import { installHint } from './installed.ts'
import { MATRIX_CLIENTS } from './matrix-client.ts'
import type { Row } from './row.ts'
import { runRow } from './run-row.ts'
import { shortFormClients } from './short-form.ts'

/** @param together how many rows run at a time; more than one for rows that wait most of their time */
export function testRows(t: Test, rows: readonly Row[], { together = 2 } = {}): void {
  t.jobs = together
  findPrograms()
  for (const [index, row] of rows.filter(({ inLongForm }) => !inLongForm).entries()) {
    // With its number, so that files of one row do not all give it to the same client.
    const turn = Number(row.row.slice(1)) + index
    const clients = shortFormClients(row, turn, (client) => installHint(client) === undefined)
    if (clients.length === 0) t.comment(`${row.row}: no client does this: ${row.title}`)
    for (const client of clients) {
      t.test(`${row.row}: ${client} ${row.title}`, { buffered: together > 1 }, async (t) => {
        if (!requireLanguage(t, client)) return
        const outcome = await runRow(row, client)
        if (outcome.kind === 'fail') return t.fail(outcome.cause)
        if ('source' in outcome) t.comment(`${outcome.kind}: ${outcome.source}`)
        for (const fact of outcome.kind === 'pass' ? outcome.measured : []) t.comment(fact)
        t.pass(row.title)
      })
    }
  }
}

/**
 * Before any row runs: to find a program may start Maven or a compiler, and this process stands still meanwhile, with the
 * backends and the control plane of all rows in it.
 */
function findPrograms(): void {
  for (const client of MATRIX_CLIENTS) {
    if (installHint(client) === undefined) findGrpcProgram(client, 'client')
  }
}
