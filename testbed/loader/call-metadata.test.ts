// Headers of calls: metadata of the plan, and keys that take turns.

import t from 'tap'
import { callMetadata } from './call-metadata.ts'

t.test('every call has the metadata of the plan', async (t) => {
  const next = callMetadata({ metadata: { 'x-team': 'a' }, waitForReady: true })
  t.same([next().getMap(), next().getMap()], [{ 'x-team': 'a' }, { 'x-team': 'a' }])
  t.equal(next().getOptions().waitForReady, true)
})

t.test('keys take turns', async (t) => {
  const next = callMetadata({ metadata: { 'x-team': 'a' }, keys: { header: 'x-user', count: 2 } })
  const keys = [next(), next(), next()].map((metadata) => metadata.getMap())
  t.same(keys, [
    { 'x-team': 'a', 'x-user': 'key-0' },
    { 'x-team': 'a', 'x-user': 'key-1' },
    { 'x-team': 'a', 'x-user': 'key-0' },
  ])
})
