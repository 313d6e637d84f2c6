// Reading again what has changed while it was read.

import t from 'tap'
import { onceMore } from './once-more.ts'

t.test('calls during a reading lead to one more reading', async (t) => {
  const ends: (() => void)[] = []
  const again = onceMore(() => new Promise((resolve) => ends.push(resolve)))
  const first = again()
  await Promise.all([again(), again()])
  t.equal(ends.length, 1, 'a second reading waits for the first')
  ends[0]?.()
  while (ends.length < 2) await Promise.resolve()
  ends[1]?.()
  await first
  t.equal(ends.length, 2)
})

t.test('a reading that fails does not stop the next one', async (t) => {
  let count = 0
  const again = onceMore(async () => {
    count += 1
    if (count === 1) throw new Error('no answer')
  })
  await t.rejects(again(), { message: 'no answer' })
  await again()
  t.equal(count, 2)
})

t.test('readings are apart by the pause', async (t) => {
  const seen: string[] = []
  const again = onceMore(
    async () => {
      seen.push('read')
      if (seen.length === 1) void again()
    },
    async () => {
      seen.push('pause')
    },
  )
  await again()
  t.same(seen, ['read', 'pause', 'read', 'pause'])
})
