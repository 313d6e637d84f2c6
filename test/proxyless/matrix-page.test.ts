// The page and the table of the matrix, from made-up results; and the rows as data.

import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../support/test-folder.ts'
import { MATRIX_CLIENTS } from './matrix-client.ts'
import { matrixPage } from './matrix-page.ts'
import { matrixTable } from './matrix-table.ts'
import { record } from './recorded-matrix.ts'
import type { Outcome, Result, Row } from './row.ts'
import { ROWS } from './rows/all-rows.ts'

const SAYS = { source: 'https://example.com/grpc/doc.md', says: 'is always ignored' }
const run = async () => {}
const row = (title: string, more: Partial<Row> = {}): Row => ({ row: 'P3', title, run, ...more })
const pass = (...measured: string[]): Outcome => ({ kind: 'pass', measured })

const RESULTS: readonly Result[] = [
  { row: row('splits'), outcomes: { node: pass('a 3', 'b 1'), python: pass() } },
  {
    row: row('weighs', { notes: { node: 'late by a second' } }),
    outcomes: {
      node: pass(),
      python: { kind: 'not supported', ...SAYS, shown: 'got a | b\nand a log' },
      go: { kind: 'not supported', ...SAYS },
      java: { kind: 'fail', cause: 'within 60 s it was not so\nlog' },
    },
  },
]

const FACTS = { command: 'npm run test:proxyless -- --write', machine: ['2 cores'] }
const RUN = {
  versions: { node: 'grpc-js-xds 1.14.1', python: 'grpcio 1.85.3', go: 'grpc-go 1', java: 'grpc-java 1' },
  date: '2026-11-29',
  isLong: true,
}
const ROWS_OF_RESULTS = RESULTS.map(({ row }) => row)

t.test(
  'the page says with what it was made, and numbers the source of each cell that is not a plain pass',
  async (t) => {
    const file = join(testFolder(t), 'matrix.jsonl')
    const page = matrixPage(ROWS_OF_RESULTS, await record(file, ROWS_OF_RESULTS, RESULTS, RUN), FACTS)
    t.match(page, /Made by `npm run test:proxyless -- --write`/)
    t.match(page, '- node: grpc-js-xds 1.14.1, 2026-11-29, long form\n- python: grpcio 1.85.3')
    t.match(page, '| P3 | splits | pass | pass |  |  |')
    t.match(page, '| P3 | weighs | pass (1) | not supported (2) | not supported (3) | **fail** (4) |')
    t.match(page, '1. late by a second')
    t.match(
      page,
      '2. [grpc/doc.md](https://example.com/grpc/doc.md): “is always ignored” The run: `got a | b`\n',
    )
    t.match(page, '4. `within 60 s it was not so`\n')
    t.match(page, '- P3 splits — node: a 3; b 1')
  },
)

t.test('a run of some rows keeps the results of others, and drops rows that are gone', async (t) => {
  const file = join(testFolder(t), 'matrix.jsonl')
  await record(file, ROWS_OF_RESULTS, RESULTS, RUN)
  const [first, second] = ROWS_OF_RESULTS
  const again = [{ row: first as Row, outcomes: { node: { kind: 'fail', cause: 'broken' } as const } }]
  const after = await record(file, ROWS_OF_RESULTS, again, { ...RUN, date: '2026-11-30' })
  t.match(after['P3 splits'], {
    node: { outcome: { kind: 'fail' }, date: '2026-11-30' },
    python: { date: RUN.date },
  })
  t.match(after['P3 weighs'], { node: { outcome: { kind: 'pass' } } })
  t.same(Object.keys(await record(file, [second as Row], [], RUN)), ['P3 weighs'])
})

t.test('the table has a line for each row', async (t) => {
  t.match(matrixTable(RESULTS), /P3 +pass +pass +splits/)
})

t.test('the rows are P1 to P27 and in order, and each refusal to support one names its source', async (t) => {
  const codes = ROWS.map(({ row }) => Number(row.slice(1)))
  t.same(
    codes,
    codes.toSorted((one, other) => one - other),
  )
  const titles = ROWS.map(({ row, title }) => `${row} ${title}`)
  t.equal(new Set(titles).size, titles.length, 'each title once')
  for (const { title, notSupported = {} } of ROWS) {
    for (const client of MATRIX_CLIENTS) {
      const declared = notSupported[client]
      if (declared === undefined) continue
      t.match(declared.source, /^(https:\/\/|@grpc\/|grpc|io\.grpc:)/, `${title}: ${client}`)
      t.ok(declared.says.length > 10, `${title}: ${client}`)
    }
  }
})
