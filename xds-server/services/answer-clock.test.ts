// The alarm of a stream is for the oldest response that the client has not answered.

import { mock } from 'node:test'
import t from 'tap'
import { LONGEST_TIMER_MS } from '../../core/timer.ts'
import { AnswerClock } from './answer-clock.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 }))
t.afterEach(() => mock.timers.reset())

function clockOf(timeoutMs: number | undefined) {
  let unacked: readonly string[] = []
  const overdue: number[] = []
  const clock = new AnswerClock({
    timeoutMs,
    unacked: () => unacked,
    onOverdue: () => overdue.push(Date.now()),
  })
  const become = (...nonces: readonly string[]) => {
    unacked = nonces
    clock.update()
  }
  return { clock, become, overdue }
}

t.test('each response has the time when it was sent, until it is answered', async (t) => {
  const { clock, become } = clockOf(10_000)
  clock.sent('1')
  become('1')
  mock.timers.tick(100)
  clock.sent('2')
  become('1', '2')
  mock.timers.tick(100)
  t.same([clock.sentAt('1'), clock.sentAt('2')], [1_000, 1_100])
  t.equal(clock.sentAt('unknown'), 1_200, 'now, if that is not known')
  become('2')
  t.same([clock.sentAt('1'), clock.sentAt('2')], [1_200, 1_100])
})

t.test('the alarm comes when the oldest response has waited for the whole time', async (t) => {
  const { clock, become, overdue } = clockOf(500)
  clock.sent('1')
  become('1')
  mock.timers.tick(300)
  clock.sent('2')
  become('1', '2')
  mock.timers.tick(199)
  t.same(overdue, [])
  mock.timers.tick(1)
  t.same(overdue, [1_500])
})

t.test(
  'an answer puts the alarm off until the next one is due, and cancels it if it was the last',
  async (t) => {
    const { clock, become, overdue } = clockOf(500)
    clock.sent('1')
    become('1')
    mock.timers.tick(300)
    clock.sent('2')
    become('2')
    mock.timers.tick(499)
    t.same(overdue, [])
    become()
    mock.timers.tick(1_000)
    t.same(overdue, [])
    clock.sent('3')
    become('3')
    mock.timers.tick(500)
    t.equal(overdue.length, 1, 'the twin is not answered')
  },
)

t.test('X36: a stream that ends has no alarm', async (t) => {
  const { clock, become, overdue } = clockOf(500)
  clock.sent('1')
  become('1')
  clock.stop()
  mock.timers.tick(1_000)
  t.same(overdue, [])
})

t.test('an alarm after more time than a timer can take comes when it is due', async (t) => {
  const { clock, become, overdue } = clockOf(LONGEST_TIMER_MS + 1_000)
  clock.sent('1')
  become('1')
  mock.timers.tick(LONGEST_TIMER_MS)
  mock.timers.tick(999)
  t.same(overdue, [])
  mock.timers.tick(1)
  t.equal(overdue.length, 1)
})

t.test('without an alarm, the times of answered responses are forgotten after a while', async (t) => {
  const { clock, become, overdue } = clockOf(undefined)
  for (let nonce = 1; nonce < 64; nonce += 1) clock.sent(`${nonce}`)
  mock.timers.tick(100)
  become('63')
  t.equal(clock.sentAt('1'), 1_000, 'not each time')
  clock.sent('64')
  become('63', '64')
  t.equal(clock.sentAt('1'), 1_100)
  t.same([clock.sentAt('63'), clock.sentAt('64')], [1_000, 1_100])
  mock.timers.tick(LONGEST_TIMER_MS)
  t.same(overdue, [])
})
