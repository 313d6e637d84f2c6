// Tasks one after the other.

import t from 'tap'
import { SerialQueue } from './serial-queue.ts'

t.test('a task begins when those before it have ended, in the order in which they were given', async (t) => {
  const queue = new SerialQueue()
  const first = Promise.withResolvers<void>()
  const begun: string[] = []
  const task = (name: string, end: Promise<void> = Promise.resolve()) =>
    queue.take(async () => {
      begun.push(name)
      await end
      return name
    })
  const results = [task('a', first.promise), task('b'), task('c')]
  await Promise.resolve()
  t.same(begun, ['a'])
  first.resolve()
  t.same(await Promise.all(results), ['a', 'b', 'c'])
  t.same(begun, ['a', 'b', 'c'])
})

t.test('a task that fails rejects its own promise, and the next one runs', async (t) => {
  const queue = new SerialQueue()
  const failing = queue.take(async () => {
    throw new Error('disk full')
  })
  const next = queue.take(async () => 'done')
  await t.rejects(failing, { message: 'disk full' })
  t.equal(await next, 'done')
})
