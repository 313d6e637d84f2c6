// What is written into a heartbeat beside its resources: version, nonce and TTL; and what its answer reports.

import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { deltaRequest, sotwRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { CLUSTER, RUNTIME, VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { isHeartbeatNonce, responseNonceOf } from './heartbeat.ts'
import { delta, sotw } from './protocol.ts'
import type { SotwRequest } from './requests.ts'
import { createStreamState, type StreamEvent, type StreamState } from './stream.ts'

t.test('X32: a heartbeat in SotW has the version of the response that it repeats', async (t) => {
  const take = (state: StreamState, event: StreamEvent<SotwRequest>) => sotw.step(state, event)
  const beat: StreamEvent<SotwRequest> = { kind: 'heartbeat', isLate: false, typeUrl: CLUSTER, ttlMs: 9_000 }
  const first = snapshotFor('CDS a=1~9000', 1, undefined)
  const begun = take(createStreamState({ ttls: 'sotw' }), { kind: 'snapshot', snapshot: first }).state
  const asked = take(begun, { kind: 'request', request: sotwRequest({ typeUrl: CLUSTER }) })
  const [response] = asked.send
  t.equal(take(asked.state, beat).send[0]?.version, response?.version, 'while it is pending')
  const { send, report } = take(asked.state, beat)
  t.strictSame(report, [{ kind: 'heartbeat', typeUrl: CLUSTER, response: send[0] }])
  t.equal(send[0]?.ttls, 'carried')
  const ack = sotwRequest({ typeUrl: CLUSTER, responseNonce: response?.nonce ?? '' })
  const acked = take(asked.state, { kind: 'request', request: ack }).state
  t.equal(take(acked, beat).send[0]?.version, response?.version, 'when it is ACKed')
  t.strictSame(take(acked, beat).send[0]?.changedResources, [])
  const second = snapshotFor('CDS a=1~9000 b=1', 2, first)
  const pushed = take(acked, { kind: 'snapshot', snapshot: second })
  t.not(pushed.send[0]?.version, response?.version)
  t.equal(take(pushed.state, beat).send[0]?.version, pushed.send[0]?.version, 'of the newest one')
})

t.test(
  'X32: a heartbeat in SotW repeats the version that the client has ACKed, if it has NACKed a newer one',
  async (t) => {
    const ttlMs = 9_000
    const take = (state: StreamState, event: StreamEvent<SotwRequest>) => sotw.step(state, event)
    const answer = (responseNonce: string, error: object) =>
      ({
        kind: 'request',
        request: sotwRequest({
          typeUrl: RUNTIME,
          resourceNames: shareList(['a', 'b']),
          responseNonce,
          ...error,
        }),
      }) as const
    const first = snapshotFor(`RTDS a=1~${ttlMs} b=1`, 1, undefined)
    const begun = take(createStreamState({ ttls: 'sotw' }), { kind: 'snapshot', snapshot: first }).state
    const asked = take(begun, answer('', {}))
    const acked = take(asked.state, answer('1', {})).state
    const second = snapshotFor(`RTDS a=1~${ttlMs} b=2`, 2, first)
    const pushed = take(acked, { kind: 'snapshot', snapshot: second })
    const [response] = pushed.send
    const nacked = take(
      pushed.state,
      answer(response?.nonce ?? '', { errorDetail: { code: 13, message: 'b' } }),
    )
    const { send } = take(nacked.state, { kind: 'heartbeat', isLate: false, typeUrl: RUNTIME, ttlMs })
    t.match(send, [{ resources: [{ name: 'a' }], version: asked.send[0]?.version }])
    t.not(response?.version, asked.send[0]?.version)
  },
)

t.test('X32: the answer to a heartbeat reports nothing', async (t) => {
  const ttlMs = 9_000
  const snapshot = snapshotFor(`CDS a=1~${ttlMs}`, 1, undefined)
  const answer = (responseNonce: string) =>
    ({ kind: 'request', request: deltaRequest({ typeUrl: CLUSTER, responseNonce }) }) as const
  const begun = { ...createStreamState({ ttls: 'delta' }), snapshot }
  const { state } = delta.step(begun, answer(''))
  const beat = delta.step(state, { kind: 'heartbeat', isLate: false, typeUrl: CLUSTER, ttlMs })
  const [heartbeat] = beat.send
  t.strictSame(delta.step(beat.state, answer(heartbeat?.nonce ?? '')).report, [])
})

t.test('the nonce of a heartbeat names the response before it', async (t) => {
  t.equal(responseNonceOf('12+3'), '12')
  t.equal(responseNonceOf('12'), '12')
  t.ok(isHeartbeatNonce('12+3'))
  t.notOk(isHeartbeatNonce('12'))
})

t.test('X58: the heartbeat of a virtual host carries its TTL and its content', async (t) => {
  const [typeUrl, ttlMs] = [VIRTUAL_HOST, 9_000]
  const snapshot = snapshotFor(`VHDS r/a=a~${ttlMs}`, 1, undefined)
  const begun = { ...createStreamState({ ttls: 'delta' }), snapshot }
  const request = deltaRequest({ typeUrl, subscribe: ['r/a'] })
  const { state } = delta.step(begun, { kind: 'request', request })
  const { send } = delta.step(state, { kind: 'heartbeat', isLate: false, typeUrl, ttlMs })
  t.match(send, [{ ttls: 'carried', resources: [{ name: 'r/a' }] }])
})
