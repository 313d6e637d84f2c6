// The diffs of the docs find their place, or say why not.

import t from 'tap'
import { applyDiff } from './apply-diff.ts'

const TEXT = 'one\ntwo\nthree\n'

t.test('lines are replaced, added and removed, in several pieces', async (t) => {
  t.equal(applyDiff(TEXT, ' one\n+$& more\n…\n-three\n+four\n'), 'one\n$& more\ntwo\nfour\n')
  t.equal(applyDiff(TEXT, '-two\n'), 'one\nthree\n')
})

t.test('a piece without a place, and one with two, are errors', async (t) => {
  t.throws(() => applyDiff(TEXT, '-five\n+six\n'), { message: /are 0 times in the file, not once:\nfive/ })
  t.throws(() => applyDiff('one\none\n', ' one\n+two\n'), { message: /are 2 times/ })
  t.throws(() => applyDiff(TEXT, '+two\n'), { message: /not once/ })
})
