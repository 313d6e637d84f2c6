// What must hold over a distance, on any machine: nothing is faster than its round trips, and attempts add up.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { leastRoundTrips } from '../../../../testbed/new-connections/securities.ts'
import { CALLS, callsTo, figureOver, OK, SENT } from '../turns/turn-results.ts'
import {
  ATTEMPT_WAY_IDS,
  ATTEMPT_WAYS,
  ATTEMPTS,
  type AttemptWay,
  HEDGING_KINDS,
  hedgingRun,
  RETRIES_RUN,
  twinOf,
} from './attempts.ts'
import { casesOf, type MeasuredConnections, readConnections } from './connections.ts'
import { connectionsRun, LOSS_PERCENT } from './extent.ts'
import { LOST, POOLS, poolingRun, poolWay } from './pooling.ts'

const DISTANCES_MS = [20, 80, 200]

export interface AtDistance extends MeasuredConnections {
  readonly rttMs: number
}

export function measuredDistances(results: Pick<Results, 'runs'>): readonly AtDistance[] {
  return DISTANCES_MS.flatMap((rttMs) =>
    roundsOf(results, connectionsRun(rttMs)).map((measured) => ({ rttMs, ...readConnections(measured) })),
  )
}

export function checksOf(results: Results): readonly Check[] {
  const distances = measuredDistances(results)
  return [
    check(
      'O8.7',
      'No first call on a new connection takes fewer round trips than TCP, TLS and the call need',
      distances.flatMap((one) =>
        casesOf(one).map(({ name, case: how, calls }) => {
          const fastest = Math.min(...calls.map(({ first }) => first)) / one.rttMs
          return {
            fact: `${one.rttMs} ms, ${name}: at least ${fastest.toFixed(2)} round trips, of ${leastRoundTrips(how)}`,
            holds: fastest >= leastRoundTrips(how),
          }
        }),
      ),
    ),
    check(
      'O8.7',
      'A call on an open connection takes a round trip or more',
      distances.map(({ rttMs, handshakes }) => {
        const fastest = Math.min(...handshakes.flat().map(({ next }) => next))
        return { fact: `${rttMs} ms: the fastest took ${fastest.toFixed(2)} ms`, holds: fastest >= rttMs }
      }),
    ),
    check(
      'O8.7',
      'Each new connection has one handshake, and resumes a session only where it has a ticket',
      distances.flatMap(handshakes),
    ),
    check('O8.28', 'Every call succeeds over one connection and over several', pooling(results)),
    check(
      'O8.28',
      'With one attempt, each failure is the caller’s; with more, most calls are rescued',
      retries(results),
    ),
    check('O8.28', 'Hedging sends a call again, and the slow server answers fewer', hedging(results)),
  ]
}

function handshakes(one: AtDistance): readonly Finding[] {
  const wrong = casesOf(one).flatMap(({ name, case: { client, security }, calls }) => {
    if (client === 'grpc') return []
    const version = security.startsWith('tls-1.2') ? 'TLSv1.2' : security === 'plaintext' ? '' : 'TLSv1.3'
    const fit = calls.every(
      ({ isResumed, protocol }) => isResumed === security.endsWith('resumed') && protocol === version,
    )
    return fit ? [] : [name]
  })
  return [
    {
      fact: `${one.rttMs} ms: ${one.accepted} connections accepted, ${one.expected} expected`,
      holds: one.accepted === one.expected,
    },
    {
      fact: `${one.rttMs} ms: version and resumption as asked for${wrong.length > 0 ? `, except ${wrong.join(', ')}` : ''}`,
      holds: wrong.length === 0,
    },
  ]
}

function pooling(results: Results): readonly Finding[] {
  return [0, LOSS_PERCENT].flatMap((percent) => {
    const rounds = roundsOf(results, poolingRun(percent))
    if (rounds.length === 0) return []
    const lost = POOLS.reduce((sum, pool) => sum + figureOver(rounds, poolWay(pool), LOST), 0)
    return [
      ...POOLS.map((pool) => {
        const of = (name: string) => figureOver(rounds, poolWay(pool), name)
        return {
          fact: `${percent} % loss, ${pool} connections: ${of(OK)} of ${of(CALLS)} calls`,
          holds: of(CALLS) > 0 && of(OK) === of(CALLS),
        }
      }),
      { fact: `${percent} % loss: ${lost} packets lost`, holds: percent === 0 ? lost === 0 : lost > 0 },
    ]
  })
}

const titleOf = (way: AttemptWay) => ATTEMPT_WAYS[way].title

function retries(results: Results): readonly Finding[] {
  const rounds = roundsOf(results, RETRIES_RUN)
  if (rounds.length === 0) return []
  const failed = (way: AttemptWay) => figureOver(rounds, way, CALLS) - figureOver(rounds, way, OK)
  return ATTEMPT_WAY_IDS.map((way) => {
    const [attempts, sent] = [figureOver(rounds, way, ATTEMPTS), figureOver(rounds, way, SENT)]
    const fits = ATTEMPT_WAYS[way].on
      ? attempts > sent && failed(way) < failed(twinOf(way))
      : attempts === sent && failed(way) > 0
    return {
      fact: `${titleOf(way)}: ${failed(way)} of ${sent} calls failed, ${attempts} attempts`,
      holds: fits,
    }
  })
}

function hedging(results: Results): readonly Finding[] {
  return HEDGING_KINDS.flatMap((kind) => {
    const rounds = roundsOf(results, hedgingRun(kind))
    if (rounds.length === 0) return []
    return ATTEMPT_WAY_IDS.map((way) => {
      const of = (name: string) => figureOver(rounds, way, name)
      const [attempts, sent] = [of(ATTEMPTS), of(SENT)]
      const isOn = ATTEMPT_WAYS[way].on
      // Where packets get lost, an attempt may arrive after its turn.
      const sends = kind === 'loss' || (isOn ? attempts > sent : attempts === sent)
      const spares = !isOn || kind !== 'slow' || bySlow(rounds, way) < bySlow(rounds, twinOf(way))
      return {
        fact: `${kind}, ${titleOf(way)}: ${of(OK)} of ${of(CALLS)} calls, ${attempts} attempts for ${sent}, the slow server answered ${kind === 'slow' ? bySlow(rounds, way) : 'as any'}`,
        holds: of(OK) === of(CALLS) && sends && spares,
      }
    })
  })
}

/** The second server is the slow one. */
export function bySlow(rounds: readonly Measured[], way: AttemptWay): number {
  const calls = figureOver(rounds, way, callsTo('b2'))
  return Number.isNaN(calls) ? 0 : calls
}
