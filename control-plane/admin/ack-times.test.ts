// The time of an ACK: from its own response, whatever else is under way.

import t from 'tap'
import type { XdsEvent } from '../../xds-server/nodes/events.ts'
import { AckTimes } from './ack-times.ts'

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener'

function start() {
  let now = 0
  const times = new AckTimes(() => now)
  const stream = (id: number) => ({ node: 'n', group: 'edge', stream: { id, peer: '', openedAt: '' } })
  const response = (id: number, typeUrl: string, nonce: string) => ({
    ...stream(id),
    typeUrl,
    version: 'v',
    nonce,
  })
  const note = (event: object) => times.note(event as XdsEvent)
  return {
    at(ms: number) {
      now = ms
    },
    sent: (nonce: string, typeUrl = CLUSTER, id = 1) =>
      note({ kind: 'sent', ...response(id, typeUrl, nonce) }),
    acked: (nonce: string, typeUrl = CLUSTER, id = 1) =>
      note({ kind: 'acked', ...response(id, typeUrl, nonce) }),
    nacked: (nonce: string) =>
      note({ kind: 'nacked', ...response(1, CLUSTER, nonce), nack: { message: 'no' } }),
    closed: (id = 1) => note({ kind: 'closed', ...stream(id), pending: [] }),
  }
}

t.test('an ACK takes the time since its own response, by stream and type', async (t) => {
  const { at, sent, acked } = start()
  sent('1')
  at(100)
  sent('2')
  sent('1', LISTENER)
  sent('1', CLUSTER, 2)
  at(250)
  t.equal(acked('1'), 0.25)
  at(400)
  t.equal(acked('2'), 0.3)
  t.equal(acked('1', LISTENER), 0.3)
  t.equal(acked('1', CLUSTER, 2), 0.3)
})

t.test('a NACK has no time of an ACK, and an ACK after it counts from its own response', async (t) => {
  const { at, sent, acked, nacked } = start()
  sent('1')
  at(10)
  t.equal(nacked('1'), undefined)
  sent('2')
  at(30)
  t.equal(acked('2'), 0.02)
  t.equal(acked('2'), undefined, 'an answer counts once')
})

t.test('the end of a stream forgets its responses, and not those of others', async (t) => {
  const { at, sent, acked, closed } = start()
  sent('1')
  sent('1', CLUSTER, 2)
  closed()
  at(50)
  t.equal(acked('1'), undefined)
  t.equal(acked('1', CLUSTER, 2), 0.05)
})
