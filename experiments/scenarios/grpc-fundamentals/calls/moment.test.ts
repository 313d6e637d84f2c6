// Chains of moments: what is missing, what is late, and what each side saw.

import t from 'tap'
import { find, type Moment, missingIn, Recording, viewOf } from './moment.ts'

const at = (atMs: number, side: Moment['side'], does: Moment['does'], what: string): Moment => ({
  ...{ atMs, side, does, what },
})

const MOMENTS = [
  at(0, 'client', 'sends', 'headers'),
  at(1, 'server', 'receives', 'headers'),
  at(2, 'server', 'notes', 'waits'),
  at(3, 'server', 'sends', 'status OK'),
  at(4, 'client', 'receives', 'status OK'),
]

t.test('O1.4: a chain whose moments come in order lacks nothing, whatever is between them', async (t) => {
  t.equal(missingIn(MOMENTS, ['client sends headers', 'client receives status OK']), undefined)
  t.equal(missingIn(MOMENTS, []), undefined)
})

t.test('O1.4: a moment that is missing or too early is reported', async (t) => {
  t.equal(missingIn(MOMENTS, ['client sends headers', 'client sends cancel']), 'client sends cancel')
  t.equal(
    missingIn(MOMENTS, ['server sends status OK', 'server receives headers']),
    'server receives headers',
  )
  const twice = ['client sends headers', 'client sends headers']
  t.equal(missingIn(MOMENTS, twice), 'client sends headers', 'one moment does not count twice')
})

t.test('the view of a side has what it sent and received, and no notes', async (t) => {
  t.strictSame(viewOf(MOMENTS, 'server'), ['server receives headers', 'server sends status OK'])
})

t.test('a recording keeps moments in order, with times that grow', async (t) => {
  const recording = new Recording()
  recording.note('client', 'sends', 'headers')
  recording.note('server', 'receives', 'headers')
  const [sent, received] = recording.moments
  t.ok(sent && received && sent.atMs <= received.atMs)
  t.equal(find(recording.moments, 'server receives headers'), received)
  t.equal(find(recording.moments, 'server sends headers'), undefined)
  recording.over()
  await recording.overAtServer
})
