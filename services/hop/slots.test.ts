// Places to work, and who gets the next one.

import t from 'tap'
import { Slots } from './slots.ts'

t.test('the first who waits gets the next place, and who has left is skipped', async (t) => {
  const slots = new Slots(1)
  t.equal(await slots.take(), true)
  const leaving = new AbortController()
  const order: string[] = []
  const first = slots.take(leaving.signal).then((isMine) => order.push(`first ${isMine}`))
  const second = slots.take().then((isMine) => order.push(`second ${isMine}`))
  leaving.abort()
  await first
  slots.release()
  await second
  t.strictSame(order, ['first false', 'second true'])
  slots.release()
  t.equal(await slots.take(AbortSignal.abort()), false)
  t.equal(await slots.take(), true)
})
