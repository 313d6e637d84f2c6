// A stream whose client reads slowly, or whose server has too many unsent bytes, waits, and then is sent the newest content.

import t from 'tap'
import { HandXds } from '../../test/support/hand-xds.ts'
import { staticCluster } from '../../test/support/resources.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { WriteBudget } from './write-budget.ts'

const LIMIT = 64 * 1024

/** A cluster of some size. */
function padded(bytes: number) {
  return { ...staticCluster('a'), altStatName: 'a'.repeat(bytes) }
}

/** A client that reads nothing, and has been written a response of this size. */
function slow(bytes: number) {
  const write = (padding: number) => {
    const hand = new HandXds({ stalls: true })
    hand.cache.setSnapshot('fleet', [padded(padding)])
    hand.ask(CLUSTER)
    return hand
  }
  const guess = bytes - 200
  const missing = bytes - sizeOf(write(guess))
  const hand = write(guess + missing)
  if (sizeOf(hand) !== bytes) throw new Error(`it has ${sizeOf(hand)} bytes`)
  hand.take()
  return hand
}

function sizeOf({ call }: HandXds): number {
  return call.sent.reduce((sum, { length }) => sum + length, 0)
}

t.test('beyond 64 KiB of unsent bytes, a stream waits, and then is sent the newest content', async (t) => {
  const hand = slow(LIMIT + 1)
  hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('b')] })
  hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('c')] })
  t.strictSame(hand.take(), [])
  hand.call.flush()
  t.strictSame(hand.take(), ['b', 'c'])
  hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('d')] })
  t.strictSame(hand.take(), ['d'], 'it goes on')
})

t.test('with 64 KiB of unsent bytes, a stream does not wait', async (t) => {
  const hand = slow(LIMIT)
  hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('b')] })
  t.strictSame(hand.take(), ['b'])
})

t.test('a stream goes on as soon as no more than 64 KiB are unsent', async (t) => {
  const hand = slow(1_000)
  hand.cache.updateSnapshot('fleet', { upsert: [{ ...padded(LIMIT), name: 'b' }] })
  t.strictSame(hand.take(), ['b'])
  hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('c')] })
  hand.call.flush(1)
  t.strictSame(hand.take(), [], 'too much is left')
  hand.call.flush(1)
  t.strictSame(hand.take(), ['c'])
})

/** A budget that says who waits. */
class WatchedBudget extends WriteBudget {
  waiting = 0

  override whenAvailable(callback: () => void): () => void {
    this.waiting += 1
    const leave = super.whenAvailable(() => {
      this.waiting -= 1
      callback()
    })
    return () => {
      this.waiting -= 1
      leave()
    }
  }
}

t.test('while the server has too many unsent bytes, a stream waits for its turn', async (t) => {
  const budget = new WatchedBudget(1_000)
  const release = budget.take(1_000)
  const hand = new HandXds({ budget })
  hand.cache.setSnapshot('fleet', [staticCluster('a')])
  hand.ask(CLUSTER)
  hand.ask(CLUSTER, 'b')
  t.strictSame(hand.take(), [])
  t.equal(budget.waiting, 1, 'it waits once')
  release()
  t.strictSame(hand.take(), ['a', '-b'])
  t.equal(budget.waiting, 0)
})

t.test('what a stream has written counts until it is sent', async (t) => {
  const budget = new WriteBudget(10)
  const hand = new HandXds({ budget, stalls: true })
  hand.cache.setSnapshot('fleet', [staticCluster('a')])
  hand.ask(CLUSTER)
  t.ok(budget.isExhausted)
  hand.call.flush()
  t.notOk(budget.isExhausted)
})

t.test('a stream that ends while it waits for its turn leaves the queue', async (t) => {
  const budget = new WatchedBudget(10)
  const release = budget.take(10)
  const hand = new HandXds({ budget })
  hand.cache.setSnapshot('fleet', [staticCluster('a')])
  hand.ask(CLUSTER)
  t.equal(budget.waiting, 1)
  hand.call.emit('close')
  t.equal(budget.waiting, 0)
  release()
  t.strictSame(hand.receivedNames(), [])
})
