// Round trips of the socket echo are counted, none is lost, and a server that is not there is an error.

import t, { type Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { socketPath } from '../../test/support/open-backend.ts'
import { decodeHistogram } from '../measure/histogram.ts'
import { measureSocketEcho, startSocketEcho } from './socket-echo.ts'

for (const [where, listenIn] of [
  ['TCP', async () => '127.0.0.1:0'],
  ['a Unix socket', async (t: Test) => `unix:${await socketPath(t)}`],
] as const) {
  t.test(`O8: a message over ${where} comes back whole, and each round trip counts once`, async (t) => {
    const group = new ProcessGroup()
    t.teardown(() => group.stop())
    const echo = await startSocketEcho(group, await listenIn(t))
    for (const bytes of [1, 64, 300_000]) {
      const result = await measureSocketEcho(group, echo.address, { messages: 20, bytes, warmUp: 3 })
      const histogram = decodeHistogram(result.histogram)
      t.match(result, { messages: 20, bytes })
      t.equal(histogram.totalCount, 20, 'without those that warm up')
      t.ok(histogram.maxValue > 0)
    }
    await echo.stop()
    await t.rejects(
      measureSocketEcho(group, echo.address, { messages: 1, bytes: 1 }),
      { code: 'process-failed', message: /socket echo of .*E(CONNREFUSED|NOENT)/ },
      'twin: no server',
    )
  })
}
