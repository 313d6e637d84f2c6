// The access log service: who hears of entries, what is not read, and what ends a stream.

import { create, toBinary } from '@bufbuild/protobuf'
import { StreamAccessLogsMessageSchema } from '@envoy/xds-protos/envoy/service/accesslog/v3/als_pb.js'
import t from 'tap'
import { CALL_LOG, CONNECTION_LOG } from '../../core/log-names.ts'
import { AccessLogs } from './access-logs.ts'

const SOURCE = { node: 'edge-1', group: 'edge', peer: '127.0.0.1:1' }

const messageOf = (logName: string) =>
  toBinary(
    StreamAccessLogsMessageSchema,
    create(StreamAccessLogsMessageSchema, {
      identifier: { node: { id: 'edge-1' }, logName },
      logEntries: { case: 'tcpLogs', value: { logEntry: [{ commonProperties: { accessLogType: 3 } }] } },
    }),
  )

function start(bytesPerSecond: number) {
  let now = 0
  const logs = new AccessLogs({ bytesPerSecond, now: () => now })
  const heard: string[] = []
  const stop = logs.listen({
    logged: ({ node, fleet, entries }) => {
      heard.push(`${fleet} ${node} ${entries.map(({ kind }) => kind)}`)
    },
    left: (fleet, node) => heard.push(`${fleet} ${node} left`),
  })
  return { logs, stop, heard: () => heard.splice(0), pass: (ms: number) => (now += ms) }
}

t.test('the name of the log says whether a connection was closed or only its call ended', async (t) => {
  const { logs, heard, stop } = start(1_000_000)
  const calls = logs.service.open(SOURCE)
  const connections = logs.service.open(SOURCE)
  calls.take(messageOf(CALL_LOG))
  connections.take(messageOf(CONNECTION_LOG))
  t.same(heard(), ['edge edge-1 ended', 'edge edge-1 closed'])
  calls.close()
  t.same(heard(), [], 'one stream is left')
  connections.close()
  t.same(heard(), ['edge edge-1 left'])
  stop()
  logs.service.open(SOURCE).take(messageOf(CALL_LOG))
  t.same(heard(), [], 'nobody listens')
})

t.test('what comes above the bound is not read, and counted', async (t) => {
  const message = messageOf(CALL_LOG)
  const { logs, heard, pass } = start(message.length * 2)
  const stream = logs.service.open(SOURCE)
  for (let sent = 0; sent < 5; sent++) stream.take(message)
  t.equal(heard().length, 2)
  t.equal(logs.skippedBytes, message.length * 3)
  pass(500)
  for (let sent = 0; sent < 5; sent++) stream.take(message)
  t.equal(heard().length, 1, 'half a second later')
})

t.test('bytes that are no log end the stream', async (t) => {
  const { logs } = start(1_000_000)
  t.throws(() => logs.service.open(SOURCE).take(Buffer.from([0x0a, 0xff])), { code: 'invalid-argument' })
})
