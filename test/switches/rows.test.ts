// docs/reference/switches.md lists every row with proof that a run has shown, and is the page that the record and the table make.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'
import { GOLDEN_FOLDER, readCase } from '../golden/goldens.ts'
import { valuesAt } from '../golden/values-at.ts'
import { proofOf } from './proofs.ts'
import { readRuns } from './recorded-runs.ts'
import { filesOfRows, rowsOfTitle } from './row-titles.ts'
import { OTHER_FIELDS, SWITCH_ROWS } from './rows.ts'
import { PAGE, renderPage } from './write-page.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PATHS = describeSchema(ConfigSchema).map(({ path }) => path)
const holds = (path: string, inner: string) =>
  inner === path || (/^[.[]/.test(inner.slice(path.length)) && inner.startsWith(path))

t.test('the rows are T1 to T32, in order', async (t) => {
  t.strictSame(
    Object.keys(SWITCH_ROWS),
    Array.from({ length: 32 }, (_, index) => `T${index + 1}`),
  )
})

t.test('each row has the proof that it names, or says why not', async (t) => {
  const [files, runs] = [filesOfRows(), readRuns()]
  for (const [code, row] of Object.entries(SWITCH_ROWS)) {
    if (row.missing === undefined) t.strictSame(proofOf(code, row, files, runs).lacks, [], code)
    else t.not(row.missing, '', `${code} says what is missing`)
  }
  for (const [file] of runs) t.ok(existsSync(root + file), file)
})

t.test('fields of rows are fields of the document, and each golden writes one of them', async (t) => {
  for (const [code, { fields, goldens }] of Object.entries(SWITCH_ROWS)) {
    for (const field of fields) t.ok(PATHS.includes(field), `${code}: ${field}`)
    for (const golden of goldens) {
      const config = readCase(GOLDEN_FOLDER, golden)
      const isWritten = fields.some((field) => valuesAt(config, field).some((value) => value !== undefined))
      t.ok(isWritten, `${code}: ${golden}.in.yaml writes one of its fields`)
    }
  }
})

/** What holds names and places, and is no switch. */
const STRUCTURE =
  /^(version|upstreams|routes|secrets|jwt|fleets|upstreams\.\*\.endpoints|routes\.\*\.rules|fleets\.\*\.listeners)(\.\*)?$|^(secrets|jwt)\.|\.(address|additionalAddresses|additionalAddresses\[\]|port|l7|l7\..*|kind|clients|clients\[\]|authority|certificateProvider|lb|filters|mode)$/

t.test('each field of the document is in a row, or has another page', async (t) => {
  const known = [...Object.values(SWITCH_ROWS).flatMap(({ fields }) => fields), ...Object.keys(OTHER_FIELDS)]
  const own = PATHS.filter((path) => !STRUCTURE.test(path)).map((path) =>
    path.replace('upstreams.*.lb.', 'fleets.*.lb.'),
  )
  t.strictSame(
    [...new Set(own)].filter((path) => !known.some((field) => holds(field, path))),
    [],
  )
})

t.test('the page is the one that the record and the table make: npm run docs writes it', async (t) => {
  t.equal(readFileSync(PAGE, 'utf8'), await renderPage())
})

t.test('a title names its rows at its beginning only', async (t) => {
  t.strictSame(rowsOfTitle('P5, T18: calls'), ['P5', 'T18'])
  t.strictSame(rowsOfTitle('calls of T18: all'), [])
})
