// The budget of unsent bytes: who waits, in which order they go on, and what a reader that has stopped costs the others.

import { mock } from 'node:test'
import t from 'tap'
import { WriteBudget } from './write-budget.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

t.test('X34: a budget is exhausted once its bytes are taken', async (t) => {
  const budget = new WriteBudget(100)
  t.equal(budget.isExhausted, false)
  budget.take(99)
  t.equal(budget.isExhausted, false)
  const release = budget.take(1)
  t.equal(budget.isExhausted, true)
  release()
  t.equal(budget.isExhausted, false)
})

t.test('X34: bytes are released once, however often release is called', async (t) => {
  const budget = new WriteBudget(100)
  budget.take(60)
  const release = budget.take(60)
  release()
  release()
  budget.take(39)
  t.equal(budget.isExhausted, false)
  budget.take(1)
  t.equal(budget.isExhausted, true)
})

t.test('X34: waiting streams go on in order, as far as there is room', async (t) => {
  const budget = new WriteBudget(100)
  const release = budget.take(100)
  const went: string[] = []
  for (const name of ['a', 'b', 'c']) {
    budget.whenAvailable(() => {
      went.push(name)
      budget.take(50)
    })
  }
  t.same(went, [])
  release()
  t.same(went, ['a', 'b'], 'the third waits, because the first two took all')
})

t.test('X34: a waiting stream is called back once', async (t) => {
  const budget = new WriteBudget(100)
  let times = 0
  const release = budget.take(100)
  budget.whenAvailable(() => {
    times += 1
  })
  release()
  budget.take(1)()
  t.equal(times, 1)
})

t.test('X34: a stream that leaves the queue is not called back', async (t) => {
  const budget = new WriteBudget(1)
  const release = budget.take(1)
  const leave = budget.whenAvailable(() => t.fail('it left the queue'))
  leave()
  release()
})

t.test('X34: nobody goes on while the budget is still exhausted', async (t) => {
  const budget = new WriteBudget(100)
  const release = budget.take(50)
  budget.take(100)
  budget.whenAvailable(() => t.fail('there is no room'))
  release()
  t.equal(budget.isExhausted, true)
})

t.test('X34: bytes that a stalled client does not read stop counting after a second', async (t) => {
  const budget = new WriteBudget(100)
  const release = budget.take(100)
  let goesOn = false
  budget.whenAvailable(() => {
    goesOn = true
  })
  mock.timers.tick(999)
  t.equal(goesOn, false)
  mock.timers.tick(1)
  t.equal(goesOn, true)
  release()
  t.equal(budget.isExhausted, false)
  budget.take(100)
  t.equal(budget.isExhausted, true, 'what came back by time does not come back once more')
})

t.test('X34: bytes that were sent do not come back once more by time', async (t) => {
  const budget = new WriteBudget(100)
  budget.take(60)
  const release = budget.take(40)
  release()
  mock.timers.tick(1_000)
  budget.take(99)
  t.equal(budget.isExhausted, false)
  budget.take(1)
  t.equal(budget.isExhausted, true)
})

t.test('X34: bytes count for half a second at least, whatever was written before them', async (t) => {
  const budget = new WriteBudget(100)
  budget.take(1)
  mock.timers.tick(500)
  budget.take(100)
  mock.timers.tick(999)
  t.equal(budget.isExhausted, true, 'they are no part of the earlier bytes')
  mock.timers.tick(1)
  t.equal(budget.isExhausted, false)
})

t.test('X34: the default budget is 64 MiB', async (t) => {
  const budget = new WriteBudget()
  budget.take(64 * 1024 * 1024 - 1)
  t.equal(budget.isExhausted, false)
  budget.take(1)
  t.equal(budget.isExhausted, true)
})
