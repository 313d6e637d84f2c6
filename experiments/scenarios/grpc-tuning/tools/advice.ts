// Which tool for what, as sentences with the figures of the run.

import type { Measured } from '../../../../harness/results.ts'
import { quantileOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { compareRounds, describeVerdict } from '../../../../harness/statistics/verdict.ts'
import { cpuOf } from '../cpu.ts'
import { CONCURRENCY, type LoadName, RATE } from './loads.ts'
import type { MeasuredLoad } from './measured-loads.ts'

interface Pair {
  readonly ours: readonly Measured[]
  readonly ghz: readonly Measured[]
}

export function toolAdvice(loads: readonly MeasuredLoad[]): readonly string[] {
  const [closed, rate] = [pairOf(loads, 'closed'), pairOf(loads, 'rate')]
  return [
    ...(closed ? [throughputAdvice(closed)] : []),
    ...(rate ? [latencyAdvice(rate)] : []),
    ...overAdvice(loads, 'unix', 'A Unix socket'),
    ...overAdvice(loads, 'tls', 'TLS'),
    '**Choose by the question.** Use our load generator where latency counts from the moment a call was due, such as at a fixed rate near the knee or while something fails: ghz waits for a worker and counts from then. Use ghz where it is the client that must not be the limit.',
  ]
}

function throughputAdvice({ ours, ghz }: Pair): string {
  const [a, b] = [throughputOver(ours), throughputOver(ghz)]
  const verdict = compareRounds(a.values, b.values)
  return `**Find throughput with the tool that needs less CPU than the server.** ${CONCURRENCY} calls at a time made ${whole(a.median)} calls/s by our load generator and ${whole(b.median)} by ghz: ${describeVerdict(verdict)}. A call takes ${cpuOf(ours, 'client').toFixed(0)} µs of CPU in our load generator, ${cpuOf(ghz, 'client').toFixed(0)} µs in ghz, and ${cpuOf(ghz, 'server').toFixed(0)} µs in the server. A tool that needs more than the server it calls is the limit itself: compare its CPU time with that of the server before you call a throughput that of the server.`
}

function latencyAdvice({ ours, ghz }: Pair): string {
  const at = (rounds: readonly Measured[], share: number) => quantileOver(rounds, 'service', share)
  const [a, b] = [at(ours, 0.5), at(ghz, 0.5)]
  const verdict = compareRounds(a.values, b.values)
  return `**Compare latencies that one tool has measured.** At ${RATE} calls/s: p50 ${a.merged.toFixed(2)} ms by our load generator and ${b.merged.toFixed(2)} ms by ghz: ${describeVerdict(verdict)}; p99 ${at(ours, 0.99).merged.toFixed(2)} and ${at(ghz, 0.99).merged.toFixed(2)} ms. The server is the same, so what differs is the time of the client: grpc-js parses and schedules in one thread of JavaScript, ghz in Go. Below 10 ms, that is a part of each latency.`
}

/** What another way than TCP does to the same calls, by the tool that needs less CPU. */
function overAdvice(loads: readonly MeasuredLoad[], load: LoadName, name: string): readonly string[] {
  const [tcp, other] = [pairOf(loads, 'closed')?.ghz, pairOf(loads, load)?.ghz]
  if (tcp === undefined || other === undefined) return []
  const verdict = compareRounds(throughputOver(tcp).values, throughputOver(other).values)
  const cpu = (rounds: readonly Measured[]) => (cpuOf(rounds, 'client') + cpuOf(rounds, 'server')).toFixed(0)
  return [
    `**${name} instead of TCP, by ghz:** ${whole(throughputOver(other).median)} calls/s instead of ${whole(throughputOver(tcp).median)}: ${describeVerdict(verdict)}. CPU of client and server together: ${cpu(other)} µs a call instead of ${cpu(tcp)}.`,
  ]
}

function pairOf(loads: readonly MeasuredLoad[], load: LoadName): Pair | undefined {
  const of = (tool: MeasuredLoad['tool']) =>
    loads.find((one) => one.load === load && one.tool === tool)?.rounds
  const [ours, ghz] = [of('switchyard'), of('ghz')]
  return ours && ghz && { ours, ghz }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
