// Each kind of message is timed with each codec in both directions; how long it takes is for reports.

import t from 'tap'
import { KINDS } from './kinds.ts'
import { CODECS, measureTimes, timeFigure } from './times.ts'

t.test('O1.3: each kind of message is encoded and decoded by each codec', async (t) => {
  const { figures } = measureTimes('quick')
  const names = KINDS.flatMap(({ id }) =>
    CODECS.flatMap((codec) => [timeFigure(id, codec, 'encode'), timeFigure(id, codec, 'decode')]),
  )
  t.strictSame(Object.keys(figures).sort(), names.sort())
  t.ok(Object.values(figures).every((micros) => micros > 0))
})
