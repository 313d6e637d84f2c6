// The report of many gRPC clients in Markdown.

import { loadavg } from 'node:os'
import { median, medianInterval } from '../../testbed/measure/statistics.ts'
import { describeEnvironment } from '../harness/environment.ts'
import { table } from '../harness/markdown.ts'
import type { Measured } from '../push/measure-cell.ts'
import type { SwarmPlan, SwarmResult } from './measure-swarm.ts'

/** The section goes to the end of the page. */
export const SWARM_HEADING = '## The control plane with many clients'

const HEAD = ['asked', 'of', 'Switchyard', 'peer', 'peer ÷ Switchyard', 'CPU', 'CPU of the peer']

/** A section; it tells of its own run, because it can be measured without the rest of the page. */
export function renderSwarmReport(
  results: readonly SwarmResult[],
  { clients, starts, rounds }: SwarmPlan,
  command: string,
): string {
  const load = loadavg().map((one) => one.toFixed(1))
  const changes = results.map(({ asked, served, starts }) => [
    ...[String(asked), String(served)],
    ...compared(both(starts, ({ pushMs }) => pushMs)),
    ...cpu(both(starts, ({ pushCpuMs }) => pushCpuMs)),
  ])
  const syncs = results.map(({ asked, served, starts }) => [
    ...[String(asked), String(served)],
    ...compared(both(starts, ({ firstSyncMs }) => [firstSyncMs])),
    ...cpu(both(starts, ({ firstSyncCpuMs }) => [firstSyncCpuMs])),
    ...both(starts, ({ peakMiB }) => [peakMiB]).map((values) => `${median(values).toFixed(0)} MiB`),
  ])
  return [
    SWARM_HEADING,
    `Measured by \`${command}\`: ${describeEnvironment().join('; ')}. The load average at the end was ${load.join(', ')}.`,
    `${clients} clients ask as gRPC does, each over a connection of its own: state of the world on ADS, by name, for listeners, routes, clusters and endpoints, each type after the answer that names its resources, with the node of grpc-go. A client asks for all its targets in one request for each type, where grpc-go may send one for each channel. The servers are our library and [go-control-plane](https://github.com/envoyproxy/go-control-plane) with the same resources; both run at the same time and share the cores with the clients.`,
    `"asked": targets of each client, "of": targets that the server has, each with a cluster of its own. Medians; the quotient is that of a pair, with an interval that contains the median with 95 % confidence, or the whole range with fewer than six pairs. CPU is the server's.`,
    "### One change of a target's endpoints, until all clients have ACKed it",
    `${starts * rounds} changes, in turns, from ${starts} starts of both servers.`,
    table(HEAD, changes),
    '### First sync of all clients, and memory',
    `${starts} first syncs, from the first request until the last ACK. The peak is the resident memory of the server over its life, changes included.`,
    table([...HEAD, 'peak', 'peak of the peer'], syncs),
  ].join('\n\n')
}

type Both = readonly [ours: readonly number[], theirs: readonly number[]]

function both(starts: SwarmResult['starts'], read: (one: Measured) => readonly number[]): Both {
  return [starts.flatMap(({ switchyard }) => read(switchyard)), starts.flatMap(({ peer }) => read(peer))]
}

function compared([ours, theirs]: Both): readonly string[] {
  const ratios = theirs.map((ms, pair) => ms / (ours[pair] ?? Number.NaN))
  const { median: middle, low, high } = medianInterval(ratios)
  return [inMs(ours), inMs(theirs), `**${middle.toFixed(1)}** (${low.toFixed(1)} – ${high.toFixed(1)})`]
}

function cpu([ours, theirs]: Both): readonly string[] {
  return [inMs(ours), inMs(theirs)]
}

function inMs(values: readonly number[]): string {
  return `${median(values).toFixed(0)} ms`
}
