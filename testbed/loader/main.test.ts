// The process of a load generator by itself.

import t from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { sourceFile } from '../part.ts'

t.test('a load generator ends with its standard input, in the middle of a load too', async (t) => {
  const running = startProcess({
    name: 'loader',
    command: process.execPath,
    args: [sourceFile('testbed/loader/main.ts')],
    ready: (line) => line.includes('"loader":') || undefined,
  })
  t.teardown(() => running.stop())
  await running.ready
  const plan = {
    // Nobody listens on this port of TCP.
    target: '127.0.0.1:1',
    connections: 1,
    loop: { kind: 'open', callsPerSecond: 10 },
    calls: { kind: 'unary' },
    warmUpSeconds: 0,
    seconds: 600,
  }
  await running.ask(
    JSON.stringify({ load: 1, do: 'begin', plan }),
    (line) => line.includes('begun') || undefined,
    60_000,
  )
  running.endInput()
  t.same(await running.exited, { code: 0, signal: null })
})
