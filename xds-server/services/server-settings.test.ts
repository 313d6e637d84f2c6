// What the options of a server come to: each default, and what replaces it.

import { ServerCredentials } from '@grpc/grpc-js'
import t from 'tap'
import { LONGEST_TIMER_MS } from '../../core/timer.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import type { XdsServerOptions } from './server-options.ts'
import { settingsOf } from './server-settings.ts'

const { POSITIVE_INFINITY: ENDLESS } = Number
const cache = new SnapshotCache()
const settings = (options: Partial<XdsServerOptions> = {}) =>
  settingsOf({ cache, address: '127.0.0.1:0', ...options })

t.test('each option has its default', async (t) => {
  const { credentials, streams, ...rest } = settings()
  t.strictSame(rest, {
    channel: {
      'grpc.max_receive_message_length': 67_108_864,
      'grpc.max_send_message_length': -1,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': LONGEST_TIMER_MS,
    },
    patienceMs: 7_000,
    requestPatienceMs: 14_000,
    silenceMs: 40_000,
    maxAge: undefined,
    clientStatus: undefined,
  })
  t.notOk(credentials._isSecure())
  const { authorize, ...times } = streams
  t.equal(authorize({ address: '10.0.0.1:1', uris: [] }, {} as never), undefined, 'everybody is served')
  t.strictSame(times, {
    isPrivate: false,
    drainTimeMs: 600_000,
    startTimeMs: 15_000,
    heartbeatsPerTtl: 3,
    resourceErrors: 'grpc',
  })
})

t.test('an option replaces its default', async (t) => {
  const onDemand = () => {}
  const authorize = () => undefined
  t.match(
    settings({
      authorize,
      drainTimeMs: 0,
      startTimeMs: 1,
      heartbeatsPerTtl: 2,
      resourceErrors: 'off',
      answerTimeoutMs: 3,
      onDemand,
      onDemandTimeoutMs: 4,
    }).streams,
    {
      authorize,
      drainTimeMs: 0,
      startTimeMs: 1,
      heartbeatsPerTtl: 2,
      resourceErrors: 'off',
      answerTimeoutMs: 3,
      lookup: { onDemand, timeoutMs: 4 },
    },
  )
  t.match(settings({ onDemand }).streams, { lookup: { timeoutMs: 4_000 } })
  t.match(settings({ introductionTimeoutMs: 5 }), { patienceMs: 5, requestPatienceMs: 10 })
  t.match(settings({ maxRequestBytes: 6, channelOptions: { 'grpc.max_concurrent_streams': 7 } }).channel, {
    'grpc.max_receive_message_length': 6,
    'grpc.max_concurrent_streams': 7,
  })
  t.strictSame(settings({ maxConnectionAge: { timeMs: 8 } }).maxAge, { ageMs: 8, graceMs: 30_000 })
  t.strictSame(settings({ maxConnectionAge: { timeMs: 8, graceMs: 0 } }).maxAge, { ageMs: 8, graceMs: 0 })
})

t.test('a connection without pings may be silent', async (t) => {
  const silence = (timeMs: number) => settings({ keepalive: { timeMs, timeoutMs: 5 } }).silenceMs
  t.equal(silence(1), 6)
  t.equal(settings({ keepalive: { timeMs: 1, timeoutMs: 5 } }).channel['grpc.keepalive_time_ms'], 1)
  t.equal(silence(0), undefined)
  t.equal(silence(LONGEST_TIMER_MS - 1), LONGEST_TIMER_MS + 4)
  t.equal(silence(LONGEST_TIMER_MS), undefined)
  t.equal(silence(ENDLESS), undefined)
})

t.test('secrets are sent over TLS and Unix sockets', async (t) => {
  const isPrivate = (options: Partial<XdsServerOptions>) => settings(options).streams.isPrivate
  const secure = { _isSecure: () => true } as unknown as ServerCredentials
  t.ok(isPrivate({ credentials: secure }))
  t.equal(settings({ credentials: secure }).credentials, secure)
  t.ok(isPrivate({ address: 'unix:/run/xds.sock' }))
  t.notOk(isPrivate({ address: 'localhost:1', credentials: ServerCredentials.createInsecure() }))
})

t.test('CSDS asks the function of xDS, unless it has one of its own', async (t) => {
  const [authorize, operators] = [() => 'no', () => undefined]
  t.equal(settings({ authorize, clientStatus: true }).clientStatus, authorize)
  t.equal(settings({ authorize, clientStatus: { authorize: operators } }).clientStatus, operators)
  t.equal(settings({ authorize }).clientStatus, undefined)
})
