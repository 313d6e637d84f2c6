// Recommendations for calls over the Internet, each with its condition and its figures from the results.

import type { Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { mergeHistograms, shareAbove } from '../../../../testbed/measure/histogram.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import type { HandshakeCase } from '../../../../testbed/new-connections/securities.ts'
import { addedBy, CALLS, figureOver, type MeasureName, OK, SENT, turnValues } from '../turns/turn-results.ts'
import {
  ATTEMPT_WAYS,
  ATTEMPTS,
  type AttemptWay,
  FAIL_PERCENT,
  HEDGE_DELAY_MS,
  hedgingRun,
  RETRIES_RUN,
  SLOW_MS,
  twinOf,
} from './attempts.ts'
import { type AtDistance, measuredDistances } from './checks.ts'
import { casesOf } from './connections.ts'
import { BATCHES, LOSS_PERCENT, NEAR_MS } from './extent.ts'
import { CALLS_PER_SECOND, poolingRun, poolWay } from './pooling.ts'

export function findingsOf(results: Results): readonly string[] {
  return [
    ...keepConnections(results),
    ...chooseTls(results),
    ...openSeveral(results),
    ...retry(results),
    ...hedge(results),
  ]
}

const firstOf = (one: AtDistance, { client, security }: HandshakeCase) =>
  casesOf(one).find(({ case: how }) => how.client === client && how.security === security)?.firstMs ??
  Number.NaN

const trips = (ms: number, { rttMs }: AtDistance) => (ms / rttMs).toFixed(1)

function keepConnections(results: Results): readonly string[] {
  const distances = measuredDistances(results)
  const farthest = distances.at(-1)
  if (farthest === undefined) return []
  const costs = distances.map((one) => {
    const first = firstOf(one, { client: 'grpc', security: 'tls-1.3' })
    return `at ${one.rttMs} ms ${first.toFixed(0)} ms (${trips(first, one)} round trips) instead of ${one.warmMs.toFixed(0)} ms`
  })
  const spread = [1, 10, 100].flatMap((calls) => {
    const at = BATCHES.findIndex((batch) => batch.calls === calls && batch.order === 'one after the other')
    const [nearest] = distances
    const batch = nearest?.batches[at]
    if (nearest === undefined || !batch) return []
    const share = handshakeShare(batch, nearest.warmMs)
    return [
      `${(100 * share).toFixed(0)} % of ${calls === 1 ? 'a single call' : `${calls} calls one after the other`}`,
    ]
  })
  return [
    `**Keep a connection ready wherever the round trip counts**, and open it before the first call: with TLS 1.3, the first call of grpc-js on a new connection took ${costs.join('; ')}. At ${distances[0]?.rttMs} ms, opening it takes ${spread.join(', ')}.`,
  ]
}

/** The part of the time of a batch that a connection that is open would have saved. */
export function handshakeShare(
  { all, first }: { readonly all: number; readonly first: number },
  warmMs: number,
) {
  return Math.max(0, first - warmMs) / all
}

function chooseTls(results: Results): readonly string[] {
  const [near] = measuredDistances(results)
  if (near === undefined) return []
  const of = (client: HandshakeCase['client'], security: HandshakeCase['security']) =>
    trips(firstOf(near, { client, security }), near)
  return [
    `**TLS 1.3 saves a round trip against 1.2 only if the client sends its call without waiting for the server’s SETTINGS**: Node’s http2 took ${of('http2', 'tls-1.3')} and ${of('http2', 'tls-1.2')} round trips, grpc-js ${of('grpc', 'tls-1.3')} and ${of('grpc', 'tls-1.2')}. A resumed session saves 1.2 its second round trip (${of('http2', 'tls-1.2-resumed')}), and 1.3 none (${of('http2', 'tls-1.3-resumed')}): there it saves certificates, not waiting.`,
  ]
}

/** A call is late if it waited for more than one round trip and a half. */
export const LATE_MS = 1.5 * NEAR_MS

export function lateShare(results: Results, lossPercent: number, connections: number): number {
  const texts = roundsOf(results, poolingRun(lossPercent)).flatMap(
    ({ histograms }) => histograms[poolWay(connections)] ?? [],
  )
  return texts.length === 0 ? Number.NaN : shareAbove(mergeHistograms(texts), LATE_MS)
}

function openSeveral(results: Results): readonly string[] {
  const rounds = roundsOf(results, poolingRun(LOSS_PERCENT))
  const compared = [4, 16].flatMap((connections) => {
    const difference = addedBy(rounds, 'p90', { way: poolWay(connections), to: poolWay(1), comparisons: 2 })
    return difference === undefined || difference.outcome === 'too few pairs'
      ? []
      : [{ connections, difference }]
  })
  if (compared.length === 0) return []
  const percent = (connections: number) => (100 * lateShare(results, LOSS_PERCENT, connections)).toFixed(0)
  const figures = compared.map(({ connections, difference: { median: change, low, high, outcome } }) => {
    const verdict = outcome === 'not distinguishable' ? ', not distinguishable' : ''
    return `${percent(connections)} % on ${connections}, with a p90 that differs by ${change.toFixed(0)} ms (${low.toFixed(0)} to ${high.toFixed(0)}${verdict})`
  })
  const condition = `At ${LOSS_PERCENT} % loss, ${NEAR_MS} ms and ${CALLS_PER_SECOND} calls a second, ${percent(1)} % of calls waited more than ${LATE_MS} ms on one connection, ${figures.join('; ')}.`
  return compared.some(({ difference }) => difference.outcome === 'less')
    ? [
        `**Where packets get lost, spread calls over a few connections**: a lost packet stalls all calls of its connection. ${condition} A call that lost its own packet waits no less, so that the far end of the tail stays; and with many connections, each has too little to send to notice a loss soon.`,
      ]
    : [`Several connections did not shorten the tail in these turns. ${condition}`]
}

function retry(results: Results): readonly string[] {
  const rounds = roundsOf(results, RETRIES_RUN)
  if (rounds.length === 0) return []
  const of = (way: AttemptWay) => {
    const calls = figureOver(rounds, way, CALLS)
    const failed = (100 * (calls - figureOver(rounds, way, OK))) / calls
    const attempts = figureOver(rounds, way, ATTEMPTS) / figureOver(rounds, way, SENT)
    return { failed: failed.toFixed(1), attempts: attempts.toFixed(2) }
  }
  const pair = (way: 'client-more' | 'envoy-more') =>
    `${of(twinOf(way)).failed} % of calls failed with one attempt and ${of(way).failed} % with up to three retries, at ${of(way).attempts} attempts a call`
  return [
    `**Retry what a server has not done (UNAVAILABLE), at one place only**: with a server that turns away ${FAIL_PERCENT} % of its calls, over ${LOSS_PERCENT} % loss, by the gRPC client ${pair('client-more')}; by Envoy ${pair('envoy-more')}. Both at once would multiply attempts.`,
  ]
}

function hedge(results: Results): readonly string[] {
  const slow = hedgeFigures(results, 'slow')
  const loss = hedgeFigures(results, 'loss')
  const best = slow.filter(({ outcome }) => outcome === 'less')
  return [
    ...(slow.length === 0
      ? []
      : [
          `${best.length > 0 ? '**Hedge calls that may run twice, if a server of several is slow**' : 'Hedging did not shorten the tail beside a slow server in these turns'}: with one of two servers ${SLOW_MS} ms slow, hedged after ${HEDGE_DELAY_MS} ms, ${slow.map(({ text }) => text).join('; ')}. Envoy takes a server that has not had the call; grpc-js takes the next one of its policy, which may be the slow one again.`,
        ]),
    ...(loss.length === 0
      ? []
      : [
          `Against ${LOSS_PERCENT} % loss with both servers well, ${loss.map(({ text }) => text).join('; ')}: the hedge goes by another connection, and does not wait for the lost packet.`,
        ]),
  ]
}

function hedgeFigures(results: Results, kind: 'slow' | 'loss') {
  const rounds = roundsOf(results, hedgingRun(kind))
  return (['client-more', 'envoy-more'] as const).flatMap((way) => {
    const difference = addedBy(rounds, 'p99', { way, to: twinOf(way), comparisons: 2 })
    if (difference === undefined || difference.outcome === 'too few pairs') return []
    const { median: change, low, high, outcome } = difference
    const p99 = (one: AttemptWay, measure: MeasureName = 'p99') =>
      median(turnValues(rounds, one, measure)).toFixed(0)
    const attempts = figureOver(rounds, way, ATTEMPTS) / figureOver(rounds, way, SENT)
    const verdict = outcome === 'not distinguishable' ? ', not distinguishable' : ''
    const by = ATTEMPT_WAYS[way].by === 'envoy' ? 'Envoy' : 'the gRPC client'
    const text = `by ${by} p99 went from ${p99(twinOf(way))} to ${p99(way)} ms (${change.toFixed(0)}, ${low.toFixed(0)} to ${high.toFixed(0)}${verdict}) for ${attempts.toFixed(2)} attempts a call`
    return [{ text, outcome }]
  })
}
