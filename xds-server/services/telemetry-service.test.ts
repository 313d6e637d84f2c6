// Streams of telemetry without a transport: what a receiver gets, and how a stream ends.

import { mock } from 'node:test'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { SwitchyardError } from '../../core/errors.ts'
import { HandServer } from '../../test/support/hand-call.ts'
import { SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import type { XdsEvent } from '../nodes/events.ts'
import type { Authorize } from './authorize.ts'
import { limitsOf, type StreamLimits } from './limits.ts'
import { OpenStreams } from './open-streams.ts'
import { addTelemetryService, type TelemetrySink, type TelemetrySource } from './telemetry-service.ts'

const PATH = '/example.v1.Metrics/Stream'

/** A field of bytes, shorter than 128. */
const field = (number: number, bytes: Buffer) =>
  Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes])
const nodeOf = (id: string, group = 'fleet') =>
  Buffer.concat([field(1, Buffer.from(id)), field(2, Buffer.from(group))])
/** A first message: an identifier with the node, and some data. */
const FIRST = Buffer.concat([field(1, field(1, nodeOf('n1'))), field(2, Buffer.from('data'))])
const MORE = field(2, Buffer.from('more'))

interface Options {
  readonly authorize?: Authorize
  readonly limits?: StreamLimits
  readonly take?: TelemetrySink['take']
  readonly onOpen?: (streams: OpenStreams) => void
}

function serve({ authorize = () => undefined, limits, take, onOpen }: Options = {}) {
  const cache = new SnapshotCache()
  const serving = servingOf(cache)
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  const streams = new OpenStreams(limitsOf(limits), serving.events, 60_000)
  const server = new HandServer()
  const sources: TelemetrySource[] = []
  const log: string[] = []
  const open = (source: TelemetrySource): TelemetrySink => {
    sources.push(source)
    onOpen?.(streams)
    return {
      take: (message) => {
        log.push(Buffer.from(message).toString('latin1'))
        take?.(message)
      },
      close: () => log.push('closed'),
    }
  }
  addTelemetryService(server.server, { path: PATH, open }, { serving, authorize, open: streams })
  return { server, events, streams, sources, log, open: () => server.open(PATH) }
}

const text = (...messages: readonly Buffer[]) => messages.map((message) => message.toString('latin1'))

t.test('the service has its method', async (t) => {
  const { server } = serve()
  t.match([...server.methods], [[PATH, { method: { requestStream: true } }]])
})

t.test('a receiver gets every message, the first included, and learns who sends them', async (t) => {
  const { sources, log, streams, events, open } = serve()
  const call = open()
  call.receive(FIRST)
  call.receive(MORE)
  t.strictSame(sources, [{ node: 'n1', group: 'fleet', peer: '10.0.0.1:1' }])
  t.strictSame(log, text(FIRST, MORE))
  t.strictSame([call.sent, call.errors, events], [[], [], []])
  t.equal(streams.disconnect('fleet', 'n1'), 1)
  t.equal(log.at(-1), 'closed')
  t.equal(streams.count, 0)
})

for (const ending of ['cancelled', 'error', 'close', 'end']) {
  t.test(`nothing is left of a stream after "${ending}"`, async (t) => {
    const { log, streams, open } = serve()
    const call = open()
    call.receive(FIRST)
    call.emit(ending)
    call.emit('end')
    t.strictSame(log, [...text(FIRST), 'closed'])
    t.equal(streams.count, 0)
    call.receive(MORE)
    t.equal(log.length, 2)
    t.strictSame(
      call.sent,
      ending === 'end' ? [Buffer.alloc(0)] : [],
      'its end is answered, with an empty message',
    )
    t.equal(call.ends, ending === 'end' ? 1 : 0)
  })
}

t.test('a stream that ends before it has begun closes nothing', async (t) => {
  const { log, streams, open } = serve()
  open().emit('cancelled')
  t.strictSame(log, [])
  t.equal(streams.count, 0)
})

t.test('a receiver that ends the streams of the node while it opens one gets no message', async (t) => {
  const { log, open } = serve({ onOpen: (streams) => streams.disconnect('fleet', 'n1') })
  const call = open()
  call.receive(FIRST)
  t.strictSame(log, ['closed'])
  t.strictSame(call.errors, [])
})

t.test('a first message says who sends, and the sender has to be allowed to', async (t) => {
  const { sources, events, streams, open } = serve({
    authorize: (_, { id }) => (id === 'n1' ? 'not you' : undefined),
  })
  const [stranger, nobody, broken] = [open(), open(), open()]
  stranger.receive(FIRST)
  nobody.receive(MORE)
  broken.receive(Buffer.of(255))
  t.match(
    [...stranger.errors, ...nobody.errors, ...broken.errors],
    [
      { code: status.PERMISSION_DENIED, details: 'not you' },
      { code: status.INVALID_ARGUMENT, details: /^the first request of a stream has no node/ },
      { code: status.INVALID_ARGUMENT, details: /^the request cannot be decoded/ },
    ],
  )
  t.strictSame(sources, [])
  t.strictSame(
    events.map(({ kind }) => kind),
    ['rejected', 'rejected', 'rejected'],
  )
  t.equal(streams.count, 0)
  const call = open()
  call.receive(field(1, field(1, nodeOf('n2', 'other'))))
  t.match(sources, [{ node: 'n2', group: 'other' }])
})

t.test('a receiver may reject a message; any other error of it is its fault', async (t) => {
  for (const [error, code, kind] of [
    [new SwitchyardError('invalid-argument', 'too old'), status.INVALID_ARGUMENT, 'rejected'],
    [new SwitchyardError('not-found', 'too old'), status.INTERNAL, 'fault'],
    [Object.assign(new Error('broken'), { code: 'invalid-argument' }), status.INTERNAL, 'fault'],
  ] as const) {
    const { events, log, open } = serve({
      take: () => {
        throw error
      },
    })
    const call = open()
    call.receive(FIRST)
    t.match(call.errors, [{ code, ...(kind === 'rejected' && { details: 'too old' }) }])
    t.match(events, [{ kind, ...(kind === 'fault' && { source: 'telemetry', error }) }])
    t.match(events, [{ message: kind === 'fault' ? /^the stream of telemetry of 10/ : 'too old' }])
    t.strictSame(log, [...text(FIRST), 'closed'])
  }
})

t.test('a receiver that cannot open is a fault, too', async (t) => {
  const { events, open } = serve({
    onOpen: () => {
      throw new Error('broken')
    },
  })
  const call = open()
  call.receive(FIRST)
  t.match(call.errors, [{ code: status.INTERNAL }])
  t.match(events, [{ kind: 'fault', source: 'telemetry' }])
})

t.test('X85: a stream beyond a limit is not served', async (t) => {
  const { log, open } = serve({ limits: { streams: 1 } })
  open()
  const call = open()
  call.receive(FIRST)
  t.match(call.errors, [{ code: status.RESOURCE_EXHAUSTED }])
  t.strictSame(log, [])
})

t.test('X83: a stream ends in its turn, without waiting for anything', async (t) => {
  const { streams, log, open } = serve()
  const call = open()
  call.receive(FIRST)
  await streams.drain(10, 5)
  t.equal(call.ends, 1)
  t.equal(log.at(-1), 'closed')
})

t.test('a stream ends if its first message does not come in time', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const { open } = serve()
  const [silent, heard] = [open(), open()]
  heard.receive(FIRST)
  for (let part = 0; part < 4; part += 1) mock.timers.tick(15_000)
  t.match(silent.errors, [{ code: status.DEADLINE_EXCEEDED }])
  t.strictSame(heard.errors, [])
})
