// An emulated distance delays each round trip by what its name says, and no less.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { decodeHistogram, quantileMs } from '../measure/histogram.ts'
import { INTERNET } from './internet.ts'
import { measureSocketEcho, startSocketEcho } from './socket-echo.ts'

for (const rttMs of [20, 80, 200]) {
  t.test(`O8.7: no round trip over the Internet of ${rttMs} ms is shorter`, async (t) => {
    if (!requireTool(t, 'network links')) return
    const group = new ProcessGroup()
    t.teardown(() => group.stop())
    const transport = INTERNET.find(({ id }) => id === `internet-${rttMs}`)
    const laid = await transport?.lay(group, testFolder(t))
    if (laid === undefined) return t.fail('there is such a transport')
    const echo = await startSocketEcho(laid.server, laid.listen())
    const target = await laid.target(echo.address)
    const { histogram } = await measureSocketEcho(laid.client, target, { messages: 5, bytes: 64 })
    // A histogram has three digits.
    t.ok(quantileMs(decodeHistogram(histogram), 0) > rttMs * 0.998)
  })
}

t.test('O8.7: each round trip is there without loss, and with 0.1 and 1 %', async (t) => {
  t.strictSame(
    INTERNET.map(({ id }) => id),
    ['20', '80', '200'].flatMap((rtt) =>
      ['', '-loss-0.1', '-loss-1'].map((loss) => `internet-${rtt}${loss}`),
    ),
  )
  for (const { emulates, title } of INTERNET) t.match(emulates, /ms round trip, .*% loss each way/, title)
})
