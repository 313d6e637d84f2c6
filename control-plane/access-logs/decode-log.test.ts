// The reader of access logs beside the messages that protobuf's own writer makes.

import { create, toBinary } from '@bufbuild/protobuf'
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt'
import {
  type StreamAccessLogsMessage,
  StreamAccessLogsMessageSchema,
} from '@envoy/xds-protos/envoy/service/accesslog/v3/als_pb.js'
import t from 'tap'
import { decodeLog, logNameIn } from './decode-log.ts'

const AT = Date.UTC(2026, 0)
const socket = (address: string, portValue: number) => ({
  address: {
    case: 'socketAddress' as const,
    value: { address, portSpecifier: { case: 'portValue' as const, value: portValue } },
  },
})
const COMMON = {
  sampleRate: 1,
  downstreamRemoteAddress: socket('10.9.9.9', 1),
  downstreamDirectRemoteAddress: socket('::1', 40_000),
  startTime: timestampFromMs(AT),
  upstreamRemoteAddress: socket('127.0.0.1', 7_101),
  upstreamCluster: 'echo',
  customTags: { cluster: 'a', listener: 'b' },
  duration: durationFromMs(1_500),
  responseFlags: {},
}
const EXPECTED = {
  connection: '[::1]:40000',
  upstream: 'echo',
  address: '127.0.0.1:7101',
  at: AT + 1_500,
  tags: new Map([
    ['cluster', 'a'],
    ['listener', 'b'],
  ]),
}

const encode = (logEntries: StreamAccessLogsMessage['logEntries'] | object, logName = 'switchyard') =>
  toBinary(
    StreamAccessLogsMessageSchema,
    create(StreamAccessLogsMessageSchema, {
      identifier: { node: { id: 'edge-1' }, logName },
      logEntries: logEntries as StreamAccessLogsMessage['logEntries'],
    }),
  )
const calls = (...logEntry: object[]) => encode({ case: 'httpLogs', value: { logEntry } })
const connections = (...logEntry: object[]) => encode({ case: 'tcpLogs', value: { logEntry } })
const withResponse = (response: object, common: object = COMMON) => ({ commonProperties: common, response })

t.test('a call has its connection, backend, end and tags', async (t) => {
  const bytes = calls(withResponse({ responseCode: 200, responseTrailers: { 'grpc-status': '0' } }))
  t.same(decodeLog(bytes), [{ kind: 'call', isFailed: false, ...EXPECTED }])
  t.equal(logNameIn(bytes), 'switchyard')
})

const STATUSES: readonly (readonly [title: string, isFailed: boolean, response: object, common?: object])[] =
  [
    ['OK in trailers', false, { responseCode: 200, responseTrailers: { 'grpc-status': '0' } }],
    ['NOT_FOUND in trailers', true, { responseCode: 200, responseTrailers: { 'grpc-status': '5' } }],
    ['NOT_FOUND in headers', true, { responseCode: 200, responseHeaders: { 'grpc-status': '5' } }],
    ['HTTP 200', false, { responseCode: 200 }],
    ['HTTP 503', true, { responseCode: 503 }],
    ['a reset before any answer', true, {}],
    [
      'a reset after the headers',
      true,
      { responseCode: 200 },
      { ...COMMON, responseFlags: { downstreamRemoteReset: true } },
    ],
  ]
for (const [title, isFailed, response, common] of STATUSES) {
  t.test(`${title} ${isFailed ? 'is a failed call' : 'is no failed call'}`, async (t) => {
    t.match(decodeLog(calls(withResponse(response, common))), [{ isFailed }])
  })
}

t.test('a connection has begun or ended, and may have failed', async (t) => {
  const of = (accessLogType: number, more: object = {}) => ({
    commonProperties: { ...COMMON, accessLogType, ...more },
  })
  const bytes = connections(of(1), of(3), of(3, { responseFlags: { noHealthyUpstream: true } }))
  t.match(decodeLog(bytes), [
    { kind: 'connected', isFailed: false, ...EXPECTED },
    { kind: 'ended', isFailed: false },
    { kind: 'ended', isFailed: true },
  ])
})

t.test('a time that no date has is an error: answers and events show times as dates', async (t) => {
  const at = (seconds: bigint) => calls({ commonProperties: { ...COMMON, startTime: { seconds, nanos: 0 } } })
  t.throws(() => decodeLog(at(9_000_000_000_000_000n)), RangeError)
  t.equal(decodeLog(at(4_102_444_800n)).length, 1, 'twin: the year 2100')
})

t.test('an entry without anything is read, a socket path too, and broken bytes are an error', async (t) => {
  t.match(decodeLog(calls({})), [{ connection: '', upstream: '', address: '', isFailed: true }])
  const upstreamRemoteAddress = { address: { case: 'pipe', value: { path: '/run/b1.sock' } } }
  t.match(decodeLog(calls({ commonProperties: { upstreamRemoteAddress } })), [
    { address: 'unix:/run/b1.sock' },
  ])
  const whole = calls(withResponse({ responseCode: 200 }))
  t.throws(() => decodeLog(whole.subarray(0, whole.length - 1)))
})
