// What the report shows of concurrent streams and of pools of channels, and what follows from it.

import type { Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { cpuPerCall } from '../../../../harness/statistics/round.ts'
import { quantileOver, spreadOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { compareRounds, describeVerdict, type Verdict } from '../../../../harness/statistics/verdict.ts'
import { FIGURES } from './measure-way.ts'
import { AT_A_TIME, POOL_DELAY_MS, POOL_FIGURES, POOL_LIMIT, predictedCalls } from './pools.ts'
import { type MeasuredPool, measuredPools, measuredWays } from './rows.ts'
import { CALLS, DELAY_MS, LIMIT } from './ways.ts'

export function sectionsOf(results: Results): readonly Section[] {
  return [...wayTable(results), ...poolSections(results), ...advice(results)]
}

function wayTable(results: Results): readonly Section[] {
  const ways = measuredWays(results)
  if (ways.length === 0) return []
  const waves = Math.ceil(CALLS / LIMIT)
  return [
    {
      kind: 'table',
      title: 'More calls than a connection takes',
      says: `${CALLS} calls of ${DELAY_MS} ms at once; a server with a limit takes ${LIMIT} on a connection (SETTINGS_MAX_CONCURRENT_STREAMS). A client with one connection sends ${LIMIT} and keeps the others back, so that the last ones take **${waves} times ${DELAY_MS} ms**: no error says so, only latency. A gRPC client never opens a second connection to an address by itself. An Envoy does.`,
      columns: [
        { title: 'who calls' },
        { title: 'calls at once at the server' },
        { title: 'connections' },
        { title: 'shortest call', unit: 'ms', decimals: 0 },
        { title: 'longest call', unit: 'ms', decimals: 0 },
      ],
      rows: ways.map(({ way, rounds }) => [
        way.title,
        ...[FIGURES.most, FIGURES.connections, FIGURES.first, FIGURES.last].map((figure) =>
          medianOf(rounds, figure),
        ),
      ]),
    },
  ]
}

function poolSections(results: Results): readonly Section[] {
  const [limited, free] = [measuredPools(results, 'limited'), measuredPools(results, 'free')]
  if (limited.length + free.length === 0) return []
  const pointsOf = (pools: readonly MeasuredPool[]) =>
    pools.map(({ channels, rounds }) => [channels, throughputOver(rounds).median] as const)
  const shown = [...limited, ...free]
  return [
    {
      kind: 'lines',
      title: 'A pool of channels',
      says: `${AT_A_TIME} calls at a time, spread over the channels. With a limit, each connection takes ${POOL_LIMIT} calls at a time, and each of them ${POOL_DELAY_MS} ms, so that the limits allow ${predictedCalls(1)} calls a second for each connection. Without one, and with calls that take no time at the server, the processor is what they wait for.`,
      x: { title: 'channels', scale: 'log' },
      y: { title: 'calls', unit: '1/s', scale: 'log' },
      lines: [
        ...(limited.length > 0
          ? [
              {
                label: 'what the limits allow',
                points: limited.map(({ channels }) => [channels, predictedCalls(channels)] as const),
              },
              { label: 'with a limit', points: pointsOf(limited) },
            ]
          : []),
        ...(free.length > 0 ? [{ label: 'without a limit', points: pointsOf(free) }] : []),
      ],
    },
    {
      kind: 'table',
      title: 'Pools of channels in figures',
      columns: [
        { title: 'channels' },
        { title: 'limit of a connection' },
        { title: 'connections' },
        { title: 'calls at once' },
        { title: 'calls', unit: '1/s', decimals: 0 },
        { title: 'p50', unit: 'ms', decimals: 1 },
        { title: 'p99', unit: 'ms', decimals: 1 },
        { title: 'CPU a call', unit: 'µs', decimals: 0 },
      ],
      rows: shown.map(({ channels, kind, rounds }) => [
        channels,
        kind === 'limited' ? POOL_LIMIT : 'none',
        medianOf(rounds, POOL_FIGURES.connections),
        // Calls that take no time at the server are there one at a time.
        kind === 'limited' ? medianOf(rounds, POOL_FIGURES.most) : undefined,
        throughputOver(rounds).median,
        quantileOver(rounds, 'service', 0.5).merged,
        quantileOver(rounds, 'service', 0.99).merged,
        spreadOver(rounds, (round) => cpuPerCall(round)).median,
      ]),
    },
  ]
}

/** Recommendations, each with its condition and its figures from this run. */
function advice(results: Results): readonly Section[] {
  const [limited, free] = [measuredPools(results, 'limited'), measuredPools(results, 'free')]
  const paragraphs = [...limitedAdvice(limited), ...freeAdvice(free)]
  return paragraphs.length > 0 ? [{ kind: 'text', title: 'Concurrent streams: what to set', paragraphs }] : []
}

function limitedAdvice(pools: readonly MeasuredPool[]): readonly string[] {
  const [one, last] = [pools.find(({ channels }) => channels === 1), pools.at(-1)]
  if (one === undefined || last === undefined || one === last) return []
  const rate = ({ rounds }: MeasuredPool) => throughputOver(rounds).median
  const verdict = compareRounds(throughputOver(one.rounds).values, throughputOver(last.rounds).values)
  return [
    `**If more calls are in flight than a connection takes, raise the server's limit or give the client a pool of channels**, as many as calls in flight / limit. ${AT_A_TIME} calls at a time with a limit of ${POOL_LIMIT} need ${Math.ceil(AT_A_TIME / POOL_LIMIT)}: ${callsText(rate(one))} over one channel, ${callsText(rate(last))} over ${last.channels}, ${describeVerdict(verdict)}. The limits allow ${predictedCalls(1)} and ${predictedCalls(last.channels)}. In grpc-js channels to one target share a connection unless they have \`grpc.use_local_subchannel_pool\`; gRPC for Go and Java opens a connection for each channel.`,
  ]
}

function freeAdvice(pools: readonly MeasuredPool[]): readonly string[] {
  const [one, four] = [1, 4].map((wanted) => pools.find(({ channels }) => channels === wanted))
  if (one === undefined || four === undefined) return []
  const verdict = compareRounds(throughputOver(one.rounds).values, throughputOver(four.rounds).values)
  const [alone, pooled] = [one, four].map(({ rounds }) => callsText(throughputOver(rounds).median))
  return [
    `${leadOf(verdict)} Where nothing limits a connection and one process serves it, one channel made ${alone} and four made ${pooled}: ${describeVerdict(verdict)}. A process that serves alone has no more processor for four connections than for one.`,
  ]
}

/** What the runs say of a pool where nothing limits a connection. */
function leadOf({ outcome, direction }: Verdict): string {
  if (outcome === 'different' && direction === 'higher')
    return '**Below the limit, a pool gains throughput here.**'
  if (outcome === 'different') return '**Below the limit, a pool costs throughput here.**'
  return outcome === 'not distinguishable'
    ? '**Below the limit, do not expect throughput from a pool.**'
    : '**Below the limit, these runs cannot tell whether a pool gains.**'
}

const medianOf = (rounds: readonly Measured[], figure: string) =>
  spreadOver(rounds, ({ figures }) => figures[figure] ?? Number.NaN).median

const callsText = (perSecond: number) => `${perSecond.toFixed(0)} calls/s`
