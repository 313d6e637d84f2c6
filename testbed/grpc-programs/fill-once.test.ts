import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { fillOnce } from './fill-once.ts'

t.test('a folder is filled once, and is absent until it is whole', async (t) => {
  const parent = join(testFolder(t), 'deep')
  const folder = join(parent, 'program')
  let fills = 0
  const fill = (fresh: string) => {
    fills += 1
    t.notOk(readdirSync(parent).includes('program'))
    writeFileSync(join(fresh, 'file'), 'content')
  }
  t.equal(fillOnce(folder, fill), folder)
  t.equal(fillOnce(folder, fill), folder)
  t.equal(fills, 1)
  t.equal(readFileSync(join(folder, 'file'), 'utf8'), 'content')
})

t.test('the folder of a faster process stays, and a failure leaves nothing behind', async (t) => {
  const parent = testFolder(t)
  const folder = join(parent, 'program')
  t.throws(
    () =>
      fillOnce(folder, () => {
        throw new Error('no network')
      }),
    { message: 'no network' },
  )
  t.strictSame(readdirSync(parent), [])
  fillOnce(folder, (fresh) => {
    writeFileSync(join(fresh, 'file'), 'slow')
    mkdirSync(folder)
    writeFileSync(join(folder, 'file'), 'fast')
  })
  t.equal(readFileSync(join(folder, 'file'), 'utf8'), 'fast')
  t.strictSame(readdirSync(parent), ['program'])
})
