// The order of snapshots as pushes see it.

import t from 'tap'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { earliest, isOlder } from './pushed.ts'

const [first, second, third] = [1, 2, 3].map((sequence) => snapshotFor('CDS a=1', sequence))
if (!first || !second || !third) throw new Error('three snapshots are made')

t.test('the earliest of some snapshots has the lowest sequence, and none comes before all', async (t) => {
  t.equal(earliest([second, first, third]), first)
  t.equal(earliest([first, second]), first)
  t.equal(earliest([second, 'none', first]), 'none')
  t.equal(earliest([]), 'none')
})

t.test('a snapshot is older than those with a higher sequence, and not older than itself', async (t) => {
  t.equal(isOlder(first, second), true)
  t.equal(isOlder(second, first), false)
  t.equal(isOlder(first, first), false)
  t.equal(isOlder('none', first), true)
  t.equal(isOlder(first, 'none'), false)
})
