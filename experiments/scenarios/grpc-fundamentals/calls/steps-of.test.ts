// Moments become arrows: each sending with its own arrival, and the others alone.

import t from 'tap'
import type { Moment } from './moment.ts'
import { stepsOf } from './steps-of.ts'

const at = (atMs: number, side: Moment['side'], does: Moment['does'], what: string): Moment => ({
  ...{ atMs, side, does, what },
})

t.test('each message has the arrival at the other side, in order for equal ones', async (t) => {
  const steps = stepsOf([
    at(0, 'client', 'sends', 'message 1'),
    at(1, 'client', 'sends', 'message 1'),
    at(2, 'server', 'receives', 'message 1'),
    at(3, 'server', 'receives', 'message 1'),
  ])
  t.strictSame(steps, [
    { label: 'message 1', from: 'client', sentMs: 0, receivedMs: 2 },
    { label: 'message 1', from: 'client', sentMs: 1, receivedMs: 3 },
  ])
})

t.test('what never arrived and what nobody sent stand alone, and so do notes', async (t) => {
  const steps = stepsOf([
    at(0, 'client', 'sends', 'cancel'),
    at(1, 'client', 'receives', 'status CANCELLED'),
    at(2, 'server', 'receives', 'half-close'),
    at(3, 'server', 'notes', 'would answer'),
  ])
  t.strictSame(steps, [
    { label: 'cancel', from: 'client', sentMs: 0 },
    { label: 'status CANCELLED', from: 'server', receivedMs: 1 },
    { label: 'half-close', from: 'client', receivedMs: 2 },
    { label: 'would answer', from: 'client', receivedMs: 3 },
  ])
})
