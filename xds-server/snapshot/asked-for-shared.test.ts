// What a client has still to ask for is gathered once for all clients with equal subscriptions.

import t from 'tap'
import { httpListener, routes } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { unaskedNames } from './asked-for.ts'
import { LISTENER, ROUTE } from './resource-type.ts'

t.test('X45: clients with the same listeners share one walk over the snapshot', async (t) => {
  const served = new SnapshotCache().setSnapshot('fleet', [httpListener('l', 1, 'r'), routes('r', 'a')])
  let reads = 0
  class Counted extends Map<string, NonNullable<ReturnType<typeof served.types.get>>> {
    override get(typeUrl: string) {
      reads += 1
      return super.get(typeUrl)
    }
  }
  const snapshot = { ...served, types: new Counted(served.types) }
  const listeners = { wildcard: false, names: new Set(['l']) }
  const ask = () => [...unaskedNames(new Map([[LISTENER, listeners]]), snapshot)]
  t.strictSame(ask(), [[ROUTE, ['r']]])
  t.ok(reads > 0)
  const once = reads
  t.strictSame(ask(), [[ROUTE, ['r']]])
  t.equal(reads, once)
})
