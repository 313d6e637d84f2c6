// Each drain has one timer, which ends with the stream.

import { mock } from 'node:test'
import t from 'tap'
import { createStreamState } from '../streams/stream.ts'
import { DrainTimers } from './drain-timers.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

function draining(...nonces: string[]) {
  return { ...createStreamState(), drains: nonces.map((nonce) => ({ nonce, references: [] })) }
}

t.test('X42: a drain is over once, after the drain time from when it began', async (t) => {
  const over: string[] = []
  const timers = new DrainTimers(1000, (nonce) => over.push(nonce))
  timers.update(draining('1'))
  mock.timers.tick(600)
  timers.update(draining('1', '2'))
  mock.timers.tick(399)
  t.same(over, [])
  mock.timers.tick(1)
  t.same(over, ['1'])
  timers.update(draining('2'))
  mock.timers.tick(600)
  t.same(over, ['1', '2'])
})

t.test('X36: a stream that ends leaves no timer', async (t) => {
  const timers = new DrainTimers(1000, () => t.fail('nobody listens any more'))
  timers.update(draining('1', '2'))
  timers.stop()
  mock.timers.tick(2000)
})
