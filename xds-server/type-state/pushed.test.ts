// The order of snapshots as pushes see it.

import t from 'tap'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { earlier, isOlder } from './pushed.ts'

const [first, second] = [1, 2].map((sequence) => snapshotFor('CDS a=1', sequence))
if (!first || !second) throw new Error('two snapshots are made')

t.test('the earlier of two snapshots has the lower sequence, and none comes before all', async (t) => {
  t.equal(earlier(second, first), first)
  t.equal(earlier(first, second), first)
  t.equal(earlier(first, first), first)
  t.equal(earlier(first, 'none'), 'none')
  t.equal(earlier('none', first), 'none')
})

t.test('a snapshot is older than those with a higher sequence, and not older than itself', async (t) => {
  t.equal(isOlder(first, second), true)
  t.equal(isOlder(second, first), false)
  t.equal(isOlder(first, first), false)
  t.equal(isOlder('none', first), true)
  t.equal(isOlder(first, 'none'), false)
})
