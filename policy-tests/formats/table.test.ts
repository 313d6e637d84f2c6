// The table of a run: a line for each cell, and below it what differs.

import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import type { CellResult } from '../result.ts'
import { formatTable } from './table.ts'

t.test('each cell has a line, and each failure its place and problems', async (t) => {
  const observed = { status: 'OK', message: '', headers: {}, responseHeaders: {}, tries: 1 }
  const passed: CellResult = {
    ...{ file: 'a.yaml', line: 12, call: 'read', caller: 'alice', passed: true, problems: [] },
    ...{ expected: { status: 'OK' }, observed: { ...observed, upstream: 'orders' }, milliseconds: 7.4 },
  }
  const failed: CellResult = {
    ...{ file: 'b.yaml', line: 5, call: 'write', caller: 'bob', passed: false },
    ...{ problems: ['the status is OK, not ABORTED or UNKNOWN', 'x-user is "bob"'] },
    ...{ expected: { status: ['ABORTED', 'UNKNOWN'] }, observed, milliseconds: 0 },
  }
  const table = formatTable({ cells: [passed, failed], milliseconds: 1_234, envoy: '1.40.0' })
  t.equal(
    stripVTControlCharacters(table).replaceAll(/ {2,}/g, ' | '),
    `a.yaml
 | call | caller | expected | got | upstream | ms
 | read | alice | OK | OK | orders | 7 | ok

b.yaml
 | call | caller | expected | got | upstream | ms
 | write | bob | ABORTED or UNKNOWN | OK | - | 0 | FAILED

b.yaml:5 bob calls write:
 | the status is OK, not ABORTED or UNKNOWN
 | x-user is "bob"

1 passed, 1 failed in 1.2 s on Envoy 1.40.0`,
  )
})
