// What must hold of connection reuse: counts, and times that no machine can beat.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { LINKED_CLIENTS, roundTripsOf } from './extent.ts'
import { FIGURES, REUSE_LINK } from './measure.ts'
import { bytesPerCall, figureOf, type LinkedRow, linkedRows, reuseRows } from './rows.ts'

const ROW = 'O2.4'
export const BYTES = [FIGURES.bytesIn, FIGURES.bytesOut]

export function checksOf(results: Results): readonly Check[] {
  const rows = reuseRows(results)
  return [
    check(
      ROW,
      'Calls use as many connections as they are given, and with TLS each has one handshake',
      rows.flatMap(({ security, connections, rounds }) =>
        rounds.map(({ figures }) => {
          const [opened, shook] = [figures[FIGURES.connections], figures[FIGURES.handshakes]]
          return {
            fact: `${security}, ${connections} connections: ${opened} opened, ${shook} handshakes`,
            holds: opened === connections && shook === (security === 'tls' ? connections : 0),
          }
        }),
      ),
    ),
    check(
      ROW,
      'The fewer connections, the fewer bytes a call',
      rows.flatMap((row) => {
        const next = rows.find(
          ({ security, connections }) => security === row.security && connections < row.connections,
        )
        if (next === undefined) return []
        const [more, fewer] = [row, next].map((one) => bytesPerCall(one, BYTES, FIGURES.calls)) as [
          number,
          number,
        ]
        return [
          {
            fact: `${row.security}: ${more.toFixed(0)} bytes a call over ${row.connections} connections, ${fewer.toFixed(0)} over ${next.connections}`,
            holds: fewer < more,
          },
        ]
      }),
    ),
    check(
      ROW,
      'A connection for each call costs a round trip more in plaintext, two more with TLS, and another one in grpc-js',
      linkedRows(results).flatMap((row) => {
        const fewest = roundTripsOf(row)
        return row.rounds.map(({ figures }) => {
          const perCall = (figures[FIGURES.ms] ?? Number.NaN) / (figures[FIGURES.calls] ?? Number.NaN)
          return {
            fact: `${nameOf(row)}, ${row.kind === 'new' ? 'a new connection' : 'one connection'}: ${(perCall / REUSE_LINK.rttMs).toFixed(1)} round trips a call, at least ${fewest}`,
            holds: perCall >= fewest * REUSE_LINK.rttMs,
          }
        })
      }),
    ),
    check(
      ROW,
      'Over the link, calls on one connection take less time than calls on connections of their own',
      linkedRows(results).flatMap((row) => {
        const one = linkedRows(results).find((other) => nameOf(other) === nameOf(row) && other.kind === 'one')
        if (row.kind === 'one' || one === undefined) return []
        const [many, few] = [figureOf(row, FIGURES.ms), figureOf(one, FIGURES.ms)]
        return [{ fact: `${nameOf(row)}: ${many.toFixed(0)} ms and ${few.toFixed(0)} ms`, holds: few < many }]
      }),
    ),
  ]
}

const nameOf = ({ client, security }: LinkedRow) => `${LINKED_CLIENTS[client]}, ${security}`
