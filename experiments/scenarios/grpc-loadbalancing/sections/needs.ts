// What users need of load balancing: which ways can meet it, and the value by which the best of them is found.

import type { Measured } from '../../../../harness/results.ts'
import { cpuPerCall, failedOf } from '../../../../harness/statistics/round.ts'
import { meanOver, quantileOver, sharesOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { failuresOf } from '../cells.ts'
import { CONNECTIONS } from '../checks/pooling.ts'
import { isCompared, type Subject, typicalShares } from '../checks/subject.ts'
import { fairnessOf, isEven } from '../fairness.ts'

export interface UserNeed {
  readonly need: string
  readonly among: (subject: Subject) => boolean
  /** Of one round. The way with the lowest median is the answer. */
  readonly value: (round: Measured) => number
  /** Set for values that are counted and not timed: only an equal one is as good, whatever rounds say. */
  readonly isCounted?: boolean
  /** The figures that say so. */
  readonly evidence: (subject: Subject) => string
  /** What it costs, or when it does not hold. */
  readonly mind: (subject: Subject) => string
}

const MANY = 64

export const USER_NEEDS: readonly UserNeed[] = [
  {
    need: 'Even shares over connections that live long, without a change of clients',
    among: (one) => isCompared(one) && one.way.who !== 'client' && picksCalls(one) && isFair(one),
    value: cpuPerCall,
    evidence: (one) => `${variation(one)}, ${cpu(one)}`,
    mind: hop,
  },
  {
    need: 'The lowest latency',
    // Clients in other languages differ by more than the way.
    among: (one) => isCompared(one) && !one.way.oneChannel && isFair(one),
    value: (round) => quantileOver([round], 'call', 0.5).median,
    evidence: latency,
    mind: hop,
  },
  {
    need: 'The most calls on the cores that there are',
    among: (one) => isCompared(one, { loop: 'closed' }) && !one.way.oneChannel,
    value: ({ calls, seconds }) => -calls / seconds,
    evidence: ({ rounds }) => `${throughputOver(rounds).median.toFixed(0)} calls/s`,
    mind: () => 'Fairness is another question: see the shares of the same way.',
  },
  {
    need: 'A backend that is slow at times must not slow down all calls',
    among: ({ cell }) => cell.workload === 'slow',
    value: ({ shares = {}, calls }) => (shares.slow ?? 0) / calls,
    isCounted: true,
    evidence: (one) => `${shareOf(one, 'slow')}, ${latency(one)}`,
    mind: () =>
      'Each proxy and client sees its own open calls only; reports of load need backends that report, and here these are made up.',
  },
  {
    need: 'A backend that fails a part of its calls must not fail them for users',
    among: ({ cell }) => cell.workload === 'failing',
    value: (round) => failedOf(round) / round.calls,
    isCounted: true,
    evidence: (one) => failuresOf(one).fact,
    mind: () =>
      'No policy alone rescues calls: retries do for calls that may be repeated, and outlier detection takes the backend out.',
  },
  {
    need: 'Few connections to backends, for many clients',
    among: ({ cell }) => cell.workload === 'unary' && cell.loop === 'open' && cell.connections === MANY,
    value: ({ figures }) => figures[CONNECTIONS] ?? Number.POSITIVE_INFINITY,
    isCounted: true,
    evidence: ({ rounds, cell }) =>
      `${Math.max(...rounds.map(({ figures }) => figures[CONNECTIONS] ?? 0))} for ${cell.connections} connections of clients and ${cell.backends} backends`,
    mind: () => 'Every worker of every proxy has a pool of its own.',
  },
  {
    need: 'Little CPU in the proxy, any protocol, and TLS that ends at the backend',
    among: (one) => isCompared(one) && one.way.who !== 'client' && !picksCalls(one),
    value: (round) => cpuPerCall(round, 'proxy'),
    evidence: (one) => `${cpu(one, 'proxy')} in the proxy, but ${variation(one)}`,
    mind: () => 'It pins connections: limit their age at the backends, or have many of them.',
  },
  {
    need: 'Nothing to run: no proxy and no control plane',
    among: (one) => isCompared(one) && one.way.id.startsWith('dns-') && isFair(one),
    value: (round) => quantileOver([round], 'call', 0.5).median,
    evidence: (one) => `${variation(one)}, ${latency(one)}`,
    mind: () => 'A new backend gets no calls until a client asks DNS again: limit the age of connections.',
  },
  {
    need: 'Policies that change for all clients at once, without a proxy',
    among: (one) => isCompared(one) && one.way.id.startsWith('xds-'),
    value: (round) => quantileOver([round], 'call', 0.5).median,
    evidence: (one) => `${variation(one)}, ${latency(one)}`,
    mind: () => 'Not every library supports every policy: see the matrix of gRPC clients.',
  },
  {
    need: 'Mutual TLS between services that know nothing of it',
    among: (one) => isCompared(one) && one.way.who === 'sidecar',
    value: cpuPerCall,
    evidence: (one) => `${latency(one)}, ${cpu(one)}`,
    mind: () => 'Two proxies on the way of each call; shares depend on how many sidecars there are.',
  },
  {
    need: 'Long streams, spread evenly',
    among: ({ cell }) => cell.workload === 'streams',
    value: ({ shares = {} }) => fairnessOf(shares).variation,
    isCounted: true,
    evidence: variation,
    mind: () =>
      'A stream stays where it began, so a new backend only gets new streams: end streams after minutes.',
  },
]

function picksCalls({ way }: Subject): boolean {
  return way.picksFor === 'call'
}

function isFair({ rounds }: Subject): boolean {
  return rounds.every(({ shares = {} }) => isEven(shares))
}

function variation(subject: Subject): string {
  const { variation: own, noiseFloor } = fairnessOf(typicalShares(subject))
  return `variation of shares ${percent(own)} (noise floor ${percent(noiseFloor)})`
}

function latency({ rounds }: Subject): string {
  const [p50, p99] = [0.5, 0.99].map((share) => quantileOver(rounds, 'call', share).merged.toFixed(1))
  return `p50 ${p50} ms, p99 ${p99} ms`
}

function cpu({ rounds }: Subject, role?: 'proxy'): string {
  return `${meanOver(rounds, (one) => cpuPerCall(one, role)).toFixed(0)} µs of CPU a call`
}

function shareOf({ rounds, cell }: Subject, backend: string): string {
  const shares = sharesOver(rounds)
  const { calls } = fairnessOf(shares)
  return `${percent(((shares[backend] ?? 0) / calls) * cell.backends)} of an even share to it`
}

/** What it means to have balancing there. */
function hop({ way }: Subject): string {
  return way.who === 'client'
    ? 'Every client has a connection to every backend, and needs a library that can balance.'
    : 'A hop more, which must be run, watched and scaled.'
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
