// What a client gets and what an event says when a call fails.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { OptionFault } from '../cache/option.ts'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { BadRequest } from './check-request.ts'
import { failedStream, reportFailure } from './failure.ts'

function fail(error: unknown) {
  const events = new EventQueue<XdsEvent>()
  const seen: XdsEvent[] = []
  events.listen((event) => seen.push(event))
  return { answer: reportFailure({ events }, 'peer:1', error, failedStream('the stream')), seen }
}

const FAILED = {
  code: status.INTERNAL,
  details: 'the xDS server failed to serve this stream: see its "fault" event',
}

t.test('a bad request is the fault of the client, which gets the reason', async (t) => {
  const { answer, seen } = fail(new BadRequest('no', status.PERMISSION_DENIED))
  t.strictSame(answer, { code: status.PERMISSION_DENIED, details: 'no' })
  t.strictSame(seen, [{ kind: 'rejected', peer: 'peer:1', code: status.PERMISSION_DENIED, message: 'no' }])
})

t.test('X36: an option that throws is a fault of its own', async (t) => {
  const cause = new Error('broken')
  const { answer, seen } = fail(new OptionFault('authorize', cause))
  t.strictSame(answer, FAILED)
  const message = 'the stream of peer:1 ended, because authorize threw: broken'
  t.strictSame(seen, [{ kind: 'fault', source: 'authorize', message, error: cause, peer: 'peer:1' }])
})

t.test('X36: anything else is a fault of the server', async (t) => {
  const error = new Error('broken')
  const { answer, seen } = fail(error)
  t.strictSame(answer, FAILED)
  const message = 'the stream of peer:1 ended, because the server failed: broken'
  t.strictSame(seen, [{ kind: 'fault', source: 'stream', message, error, peer: 'peer:1' }])
})
