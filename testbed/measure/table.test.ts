// Tables for a terminal.

import t from 'tap'
import { renderTable } from './table.ts'

t.test('columns are as wide as their widest cell, and aligned as they say', async (t) => {
  const table = renderTable(
    [{ title: 'fleet' }, { title: 'calls', align: 'right' }],
    [
      ['edge', 5],
      ['canary', 12_000],
    ],
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals take colors this way
  const plain = table.replaceAll(/\u001b\[\d+m/g, '')
  t.equal(plain, ['  fleet   calls', '  edge        5', '  canary  12000'].join('\n'))
})

t.test('a table without rows has its head', async (t) => {
  t.match(renderTable([{ title: 'fleet' }], []), /fleet/)
})
