// What runs share: the time that its start takes.

import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { SharedParts } from './shared-parts.ts'

t.test('parts that start at the same time count their time once', async (t) => {
  const parts = new SharedParts(testFolder(t))
  t.teardown(() => parts.stop())
  const gate = Promise.withResolvers<void>()
  let starting = 0
  const start = () => {
    starting += 1
    if (starting === 3) gate.resolve()
    return gate.promise
  }
  const begun = performance.now()
  await Promise.all(['a', 'b', 'c'].map((key) => parts.get(key, start)))
  const elapsed = (performance.now() - begun) / 1000
  t.ok(parts.startSeconds > 0 && parts.startSeconds <= elapsed, `${parts.startSeconds} of ${elapsed} s`)
  const before = parts.startSeconds
  await parts.get('a', start)
  t.equal(parts.startSeconds, before, 'a part that runs is not started again')
})
