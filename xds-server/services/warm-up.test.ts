// The warm-up serves its own clients, once in a process, and nobody else notices.

import t from 'tap'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { warmUp } from './warm-up.ts'
import { startXdsServer } from './xds-server.ts'

t.test('the first server of a process warms up, unseen by its cache', async (t) => {
  const cache = new SnapshotCache()
  const seen: string[] = []
  cache.onEvent(({ kind }) => seen.push(kind))
  const cold = await startXdsServer({ cache, address: '127.0.0.1:0', warmUp: false })
  t.teardown(cold.close)
  t.equal(await warmUp(60_000), 56, 'eight streams, each with three first responses and four changes')
  t.equal(await warmUp(), 0, 'a second time, there is nothing to do')
  t.same(seen, [])
  t.same(cache.status(), [])
})
