// Values in files come back as they were put, or not at all.

import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { FileValues } from './stored-values.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

t.test('O1.8: a value whose file was changed is DATA_LOSS with both checksums, and others are not', (t) => {
  const folder = join(testFolder(t), 'values')
  const values = new FileValues(folder)
  values.put(1n, bytes('one'))
  values.put(2n, bytes('two'))
  t.strictSame(values.get(1n), bytes('one'))
  writeFileSync(join(folder, '1.value'), 'onf')
  t.throws(() => values.get(1n), {
    code: status.DATA_LOSS,
    message: /^the stored value of version 1 has the checksum [0-9a-f]{8}, not 7a6c86f1: put it again/,
  })
  t.strictSame(values.get(2n), bytes('two'))
  rmSync(join(folder, '2.value'))
  t.throws(() => values.get(2n), { code: status.DATA_LOSS, message: /cannot be read/ })
  t.end()
})

t.test('a deleted value leaves no file', (t) => {
  const folder = testFolder(t)
  const values = new FileValues(folder)
  values.put(1n, bytes('one'))
  values.delete(1n)
  t.strictSame(readdirSync(folder), [])
  t.end()
})
