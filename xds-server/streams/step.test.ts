// The order on an aggregated stream: what waits for what, what does not wait, and what must follow.

import t from 'tap'
import { deltaRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { STARTED } from '../../test/support/started-envoy.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { delta } from './protocol.ts'
import { createStreamState, type StreamEvent } from './stream.ts'

testScripts(
  {
    'X10: endpoints follow a cluster that is sent again with a removal that had to wait': {
      sotw: `
        serve CDS a=1 b=1 → CDS#5 a=1 b=1
        ack 5
        serve CDS a=2 b=1 → CDS#6 a=2 b=1 | EDS#7 a=1
        nack 6 blaming a
        ack 7
        serve CDS a=2 → CDS#8 a=1 | EDS#9 a=1
      `,
    },
    'X10: the endpoints of a changed cluster follow it at once, though they are unchanged': `
      serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
    `,
    'X10: only the clusters that are sent have their endpoints resent': {
      sotw: `
        serve CDS a=1 b=1 | EDS a=1 b=1 → CDS#5 a=1 b=1
        ask EDS a b → EDS#6 b=1
        ack 5 6
        serve CDS a=1 b=2 → CDS#7 a=1 b=2 | EDS#8 b=1
      `,
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 → CDS#5 b=1
        ask EDS +b → EDS#6 b=1
        ack 5 6
        serve CDS a=1 b=2 → CDS#7 b=2 | EDS#8 b=1
      `,
    },
    'X10: endpoints that changed too are sent once, in their new form': `
      serve CDS a=2 | EDS a=2 → CDS#5 a=2 | EDS#6 a=2
    `,
    'X10: endpoints to resend wait for the pending response, and are not forgotten': {
      sotw: `
        serve EDS a=2 → EDS#5 a=2
        serve CDS a=2 → CDS#6 a=2
        ack 5 → EDS#7 a=2
      `,
    },
    'X10: a reconnecting client is sent the endpoints of each cluster that it is sent, whatever it reports': {
      delta: `
        serve CDS a=1 b=1 | EDS a=1 b=1 → CDS#5 b=1
        serve CDS a=2 b=1 → CDS#6 a=2 | EDS#7 a=1
        reconnect
        ask CDS holding a=1 b=1 → CDS#1 a=2
        ask EDS +a +b holding a=1 b=1 → EDS#2 a=1
        ask EDS -b
        ask EDS +b → EDS#3 b=1
      `,
    },
    'X10: the first EDS request ends the resending for clusters that were sent before it': {
      delta: `
        serve CDS a=2 → CDS#5 a=2 | EDS#6 a=1
        reconnect
        ask CDS holding a=1 → CDS#1 a=2
        ask EDS +a holding a=1 → EDS#2 a=1
        ack 1 2
        status → CDS SYNCED | EDS SYNCED
      `,
    },
    'X11: a cluster that was removed and added again brings its endpoints again': {
      sotw: `
        serve CDS | EDS → CDS#5
        ack 5
        serve CDS a=1 | EDS a=1 → CDS#6 a=1 | EDS#7 a=1
        ack 6 7
        serve CDS | EDS → CDS#8
        ack 8
        ask EDS
        serve CDS a=1 | EDS a=1 → CDS#9 a=1
        ask EDS a → EDS#10 a=1
      `,
      delta: `
        serve CDS | EDS → CDS#5 -a | EDS#6 -a
        ack 5 6
        serve CDS a=1 | EDS a=1 → CDS#7 a=1 | EDS#8 a=1
        ack 7 8
        serve CDS | EDS → CDS#9 -a | EDS#10 -a
        ack 9
        ack 10 -a
        serve CDS a=1 | EDS a=1 → CDS#11 a=1
        ask EDS +a → EDS#12 a=1
      `,
    },
    'X11: endpoints that stayed while their cluster was away are sent again with it': {
      sotw: `
        serve CDS → CDS#5
        ack 5
        serve CDS a=1 → CDS#6 a=1 | EDS#7 a=1
        ack 6 7
        serve CDS → CDS#8
        ack 8
        serve CDS a=1 → CDS#9 a=1 | EDS#10 a=1
      `,
      delta: `
        serve CDS → CDS#5 -a
        ack 5
        serve CDS a=1 → CDS#6 a=1 | EDS#7 a=1
        ack 6 7
        serve CDS → CDS#8 -a
        ack 8
        serve CDS a=1 → CDS#9 a=1 | EDS#10 a=1
      `,
    },
    'X12: a cluster without endpoints gets an empty assignment, and later the real one': {
      sotw: `
        serve CDS a=1 b=1 → CDS#5 a=1 b=1
        ask EDS a b → EDS#6 b=empty
        ack 5 6
        serve EDS a=1 b=1 → EDS#7 b=1
      `,
      delta: `
        serve CDS a=1 b=1 → CDS#5 b=1
        ask EDS +b → EDS#6 b=empty
        ack 5 6
        serve EDS a=1 b=1 → EDS#7 b=1
      `,
    },
    'X14: listeners wait for the clusters and endpoints that they use, routes for the listeners': `
      serve CDS a=2 | EDS a=2 | LDS l=2 | RDS l=2 → CDS#5 a=2 | EDS#6 a=2
      ack 6
      ack 5 → LDS#7 l=2
      ack 7 → RDS#8 l=2
      ack 8
      status → CDS SYNCED | EDS SYNCED | LDS SYNCED | RDS SYNCED
    `,
    'X14: a push without changes in earlier stages goes out at once': `
      serve LDS l=2 → LDS#5 l=2
      ack 5
      serve RDS l=2 → RDS#6 l=2
      ack 6
      serve EDS a=2 → EDS#7 a=2
    `,
    'X14, X67: the types of a stage come in their order, whatever order they are subscribed in': {
      sotw: `
        ask VHDS v
        ask SRDS s
        ask RTDS r → RTDS#5 r=empty
        ack 5
        ask ECDS e
        ask UNKNOWN u
        ask SDS s
        serve VHDS v=1 | SRDS s=1 | RTDS r=1 | ECDS e=1 | UNKNOWN u=1 | SDS s=1 | CDS a=2 → SDS#6 s=1 | CDS#7 a=2 | EDS#8 a=1 | RTDS#9 r=1 | UNKNOWN#10 u=1
        ack 6 7 8 9
        ack 10 → ECDS#11 e=1
        ack 11 → SRDS#12 s=1
        ack 12 → VHDS#13 v=1
      `,
    },
    'X14: routes come when scoped routes are ACKed, and virtual hosts after them': {
      delta: `
        ask SRDS +s → SRDS#5 -s
        ask VHDS +v → VHDS#6 ?v
        ack 5 6
        serve VHDS v=1 | RDS l=2 | SRDS s=1 → SRDS#7 s=1
        ack 7 → RDS#8 l=2
        ack 8 → VHDS#9 v=1
      `,
    },
    'X14: an answer to a request does not wait for ACKs': {
      sotw: `
        serve CDS a=2 | LDS l=2 | RDS l=2 k=2 → CDS#5 a=2 | EDS#6 a=1
        ask RDS l k → RDS#7 k=2
      `,
      delta: `
        serve CDS a=2 | LDS l=2 | RDS l=2 k=2 → CDS#5 a=2 | EDS#6 a=1
        ask RDS +k → RDS#7 k=2
      `,
    },
    'X14: a first answer does not wait for ACKs of earlier stages': `
      reconnect
      ask CDS → CDS#1 a=1
      ask LDS → LDS#2 l=1
    `,
    'X14: a client that subscribes to listeners first, as gRPC does, is answered at every step': {
      sotw: `
        reconnect
        ask LDS l → LDS#1 l=1
        ask RDS l → RDS#2 l=1
        ask CDS a → CDS#3 a=1
        ask EDS a → EDS#4 a=1
      `,
      delta: `
        reconnect
        ask LDS +l → LDS#1 l=1
        ask RDS +l → RDS#2 l=1
        ask CDS +a → CDS#3 a=1
        ask EDS +a → EDS#4 a=1
      `,
    },
    'X14: pushes do not wait for a type without subscriptions': {
      sotw: `
        ask SDS s
        serve SDS s=1 → SDS#5 s=1
        ask SDS
        serve LDS l=2 → LDS#6 l=2
        ack 6
        serve SDS s=2 | LDS l=3 → LDS#7 l=3
      `,
      delta: `
        ask SDS +s → SDS#5 -s
        serve SDS s=1 → SDS#6 s=1
        ask SDS -s
        serve SDS s=2 | LDS l=2 → LDS#7 l=2
      `,
    },
    'X14: listeners that are superseded while they wait are skipped': `
      serve CDS a=2 | LDS l=2 → CDS#5 a=2 | EDS#6 a=1
      ack 6
      serve EDS a=3 | LDS l=3 → EDS#7 a=3
      ack 5
      ack 7 → LDS#8 l=3
    `,
    'X14: listeners do not wait for what changed after them': `
      serve CDS a=2 | LDS l=2 → CDS#5 a=2 | EDS#6 a=1
      ack 6
      serve EDS a=2 → EDS#7 a=2
      ack 5 → LDS#8 l=2
    `,
    'X14: a listener is not sent while the cluster that it names is NACKed': {
      delta: `
        serve CDS a=2 | LDS l=2 → CDS#5 a=2 | EDS#6 a=1
        serve CDS a=bad → CDS#7 a=bad
        ack 5
        nack 7
        ack 6
        serve CDS a=3 → CDS#8 a=3 | EDS#9 a=1
        ack 8
        ack 9 → LDS#10 l=2
      `,
    },
    'X14: a listener is sent even if a cluster that it does not name is NACKed later': {
      delta: `
        serve CDS a=2 | LDS l=2 → CDS#5 a=2 | EDS#6 a=1
        serve CDS a=2 b=bad → CDS#7 b=bad
        ack 5
        nack 7
        ack 6 → LDS#8 l=2
      `,
    },
    'X14: a listener is not sent while the cluster that it names is being removed': {
      delta: `
        reconnect
        serve CDS b=1 | LDS
        ask CDS → CDS#1 b=1
        ask LDS → LDS#2
        ack 1 2
        serve CDS a=1 b=1 | LDS l=1 → CDS#3 a=1
        serve CDS b=1 → CDS#4 -a
        serve CDS b=2 → CDS#5 b=2
        ack 3
        ack 4
        ack 5 → LDS#6 l=1
      `,
    },
    'X14: a listener waits for a cluster that was removed and comes again, although it had it once': {
      sotw: `
        reconnect
        serve CDS b=1 | EDS b=1 | LDS
        ask CDS → CDS#1 b=1
        ask EDS b → EDS#2 b=1
        ask LDS → LDS#3
        ack 1 2 3
        serve CDS b=1 c=1 | LDS l=1:c → CDS#4 b=1 c=1
        ask EDS b c → EDS#5 c=empty
        serve CDS b=1 | LDS l=1:b → CDS#6 b=1
        unserve
        ack 5 b
        ack 4 6
        serve EDS b=2 → EDS#7 b=2
        serve CDS b=1 c=1 | LDS l=1:c → CDS#8 b=1 c=1
        ack 7
        ack 8 → LDS#9 l=1:c
      `,
      delta: `
        reconnect
        serve CDS b=1 | EDS b=1 | LDS
        ask CDS → CDS#1 b=1
        ask EDS +b → EDS#2 b=1
        ask LDS → LDS#3
        ack 1 2 3
        serve CDS b=1 c=1 | LDS l=1:c → CDS#4 c=1
        serve CDS b=1 | EDS b=2 | LDS l=1:b → CDS#5 -c | EDS#6 b=2
        ack 4 5
        serve CDS b=1 c=1 | LDS l=1:c → CDS#7 c=1
        ack 7 → LDS#8 l=1:c
      `,
    },
    'X14: listeners of a snapshot whose clusters were NACKed are not sent, even after the clusters are fixed': `
      serve CDS a=bad | LDS l=2 → CDS#5 a=bad
      nack 5
      serve CDS a=3 | LDS l=3 → CDS#6 a=3 | EDS#7 a=1
      ack 6
      ack 7 → LDS#8 l=3
    `,
    'X14: listeners wait for clusters that are NACKed with a later response': {
      sotw: `
        serve CDS a=bad | LDS l=2 → CDS#5 a=bad
        serve CDS a=bad b=1 → CDS#6 a=bad b=1
        nack 6 → CDS#7 a=bad b=1
        nack 7
        status → CDS NACKED | EDS SYNCED | LDS NOT_SENT | RDS SYNCED
        serve CDS a=1 b=1 → CDS#8 a=1 b=1 | EDS#9 a=1
        ack 9
        ack 8 → LDS#10 l=2
      `,
    },
    'X14: listeners wait for the clusters that superseded NACKed ones': `
      serve CDS a=bad | LDS l=2 → CDS#5 a=bad
      serve CDS a=3 → CDS#6 a=3 | EDS#7 a=1
      ack 7
      nack 5
      ack 6 → LDS#8 l=2
    `,
    'X16: without the ACK of the clusters listeners and routes wait, endpoints do not': `
      serve CDS a=2 | EDS a=2 | LDS l=2 | RDS l=2 → CDS#5 a=2 | EDS#6 a=2
      ack 6
      serve EDS a=3 → EDS#7 a=3
      ack 7
      ack 5 → LDS#8 l=2
      serve RDS l=3
      ack 8 → RDS#9 l=3
    `,
    'X16: a NACK holds back what depends on the NACKed resources, and nothing else': `
      serve CDS a=bad | LDS l=2 → CDS#5 a=bad
      nack 5
      serve EDS a=2 → EDS#6 a=2
      ack 6
      status → CDS NACKED | EDS SYNCED | LDS NOT_SENT | RDS SYNCED
      serve CDS a=1 → CDS#7 a=1 | EDS#8 a=2
      ack 8
      ack 7 → LDS#9 l=2
    `,
    'X16: the push that docs/library.md follows through the code': {
      delta: `
        serve CDS a=2 b=1 | EDS a=1 b=1 | RDS l=b → CDS#5 a=2 b=1 | EDS#6 a=1
        ask EDS +b → EDS#7 b=1
        ack 6 7
        ack 5 → RDS#8 l=b
      `,
    },
    'X16: the same push, if the new cluster is NACKed': {
      delta: `
        ask RDS +m → RDS#5 -m
        ack 5
        serve CDS a=2 b=1 | EDS a=1 b=1 | RDS l=b m=a → CDS#6 a=2 b=1 | EDS#7 a=1
        ask EDS +b → EDS#8 b=1
        ack 7 8
        nack 6 blaming b → CDS#9 a=2 | EDS#10 a=1
        ack 10
        ack 9 → RDS#11 m=a
      `,
    },
  },
  STARTED,
)

t.test('an event without effect sends nothing and reports nothing', async (t) => {
  const snapshot = snapshotFor('CDS a=1', 1, undefined)
  const request = deltaRequest({ typeUrl: CLUSTER })
  const { state } = delta.step({ ...createStreamState(), snapshot }, { kind: 'request', request })
  const events: StreamEvent<never>[] = [
    { kind: 'blocked' },
    { kind: 'writable' },
    { kind: 'snapshot', snapshot },
    { kind: 'drained', nonce: '1' },
    { kind: 'resumed' },
    { kind: 'ending' },
    { kind: 'lookedUp', typeUrl: CLUSTER, names: new Set(['a']) },
    { kind: 'heartbeat', isLate: false, typeUrl: CLUSTER, ttlMs: 9_000 },
  ]
  for (const event of events) {
    const { send, report } = delta.step(state, event)
    t.strictSame({ send, report }, { send: [], report: [] }, event.kind)
  }
  const blocked = delta.step({ ...state, writable: false }, { kind: 'resumed' })
  t.strictSame([blocked.send, blocked.report], [[], []], 'while the stream is blocked')
})
