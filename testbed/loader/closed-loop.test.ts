// How the workers of a closed loop share connections.

import t from 'tap'
import { ownOf } from './closed-loop.ts'

const all = (workers: number, connections: number) =>
  Array.from({ length: workers }, (_, worker) => ownOf(worker, workers, connections))

t.test('each connection has as many workers as any other, or each worker as many connections', async (t) => {
  t.same(all(4, 2), [[0], [1], [0], [1]])
  t.same(all(2, 4), [
    [0, 2],
    [1, 3],
  ])
  t.same(all(3, 3), [[0], [1], [2]])
  t.same(all(2, 3), [[0, 2], [1]])
})
