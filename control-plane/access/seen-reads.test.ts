// The same read is new once an hour, and the memory of reads is bounded.

import t from 'tap'
import { SeenReads } from './seen-reads.ts'

t.test('a read is new once an hour for each caller and what it shows', async (t) => {
  const clock = { now: 0 }
  const reads = new SeenReads(() => clock.now)
  t.ok(reads.isNew('alice', '/v1/config', ['edge']))
  clock.now += 3_599_999
  t.notOk(reads.isNew('alice', '/v1/config', ['edge']))
  t.ok(reads.isNew('bob', '/v1/config', ['edge']))
  t.ok(reads.isNew('alice', '/v1/config', ['edge', 'west']), 'it shows another secret')
  clock.now += 1
  t.ok(reads.isNew('alice', '/v1/config', ['edge']), 'an hour later')
})

t.test('beyond 10,000 reads the oldest is forgotten', async (t) => {
  const reads = new SeenReads(() => 0)
  for (let index = 0; index <= 10_000; index += 1) reads.isNew(index)
  t.notOk(reads.isNew(1))
  t.ok(reads.isNew(0))
})
