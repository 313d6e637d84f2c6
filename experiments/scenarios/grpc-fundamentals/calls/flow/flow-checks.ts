// What must hold of many and of large messages: a slow reader stops its sender, nothing overtakes, streams share a connection.

import { check, type Finding } from '../../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../../harness/results.ts'
import { roundsOf } from '../../../../../harness/statistics/rounds.ts'
import { WAY_TITLES, WAYS, type Way } from '../ways.ts'
import { CONNECTIONS, interleavingId, STREAMS, SWITCHES } from './interleaving.ts'
import {
  ARRIVED_AT_CLIENT,
  ARRIVED_AT_SERVER,
  OUT_OF_ORDER,
  orderId,
  SENT_EACH_WAY,
} from './message-order.ts'
import { BUFFERED, type Case, SENT_UNREAD, slowReaderId } from './slow-reader.ts'

/** More than both windows and all buffers on the way hold of messages of 16 KiB; a sender without backpressure sends twice as much. */
const MOST_UNREAD_KIB = 4 * 1024
/** Far more than the 16 messages that grpc-js lets wait before `write` returns false. */
const CARELESS_KIB = 1024

export function flowChecks(results: Results): readonly Check[] {
  const over = (idOf: (way: Way) => string, findingsOf: (measured: Measured) => readonly Finding[]) =>
    WAYS.flatMap((way) =>
      roundsOf(results, idOf(way)).flatMap((measured) =>
        findingsOf(measured).map(({ fact, holds }) => ({ fact: `${WAY_TITLES[way]}: ${fact}`, holds })),
      ),
    )
  const slow = (kind: Case, findingsOf: (measured: Measured) => readonly Finding[]) =>
    over((way) => slowReaderId(kind, way), findingsOf)
  return [
    check('O1.5', 'A client that reads slowly stops the server', slow('server-sends', stoppedBy)),
    check(
      'O1.5',
      'A server that ignores backpressure keeps what it sends in its own memory',
      slow('careless', ({ figures }) => {
        const waiting = figures[BUFFERED] ?? 0
        return [{ fact: `${waiting} KiB waited in the server`, holds: waiting >= CARELESS_KIB }]
      }),
    ),
    check('O1.5', 'Streams of one connection come in turns', over(interleavingId, interleavedBy)),
    check('O1.6', 'A server that reads slowly stops the client', slow('client-sends', stoppedBy)),
    check('O1.7', 'No message of a stream overtakes another, and none is lost', over(orderId, orderedBy)),
  ]
}

function stoppedBy({ figures }: Measured): readonly Finding[] {
  const unread = figures[SENT_UNREAD] ?? 0
  return [
    { fact: `${unread} KiB were sent while nobody read`, holds: unread > 0 && unread < MOST_UNREAD_KIB },
  ]
}

function interleavedBy({ figures }: Measured): readonly Finding[] {
  const connections = figures[CONNECTIONS] ?? 0
  const switches = figures[SWITCHES] ?? 0
  return [
    {
      fact: `${STREAMS} downloads over ${connections} connection, and ${switches} messages from another stream than the one before`,
      holds: connections === 1 && switches > STREAMS,
    },
  ]
}

function orderedBy({ figures }: Measured): readonly Finding[] {
  const sent = figures[SENT_EACH_WAY] ?? 0
  const wrong = figures[OUT_OF_ORDER] ?? 0
  const arrived = [figures[ARRIVED_AT_SERVER], figures[ARRIVED_AT_CLIENT]]
  return [
    {
      fact: `${arrived.join(' and ')} of ${sent} messages arrived each way, ${wrong} out of order`,
      holds: sent > 0 && wrong === 0 && arrived.every((count) => count === sent),
    },
  ]
}
