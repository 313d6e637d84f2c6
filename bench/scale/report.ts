// The results as Markdown: the cells, and what they say about one machine.

import { totalmem } from 'node:os'
import { table } from '../harness/markdown.ts'
import type { ScaleResult } from './measure-scale.ts'

export function renderScaleReport(results: readonly ScaleResult[], unfinished: readonly string[]): string {
  const largest = results.toSorted((a, b) => b.streams - a.streams)[0]
  return [
    'The server is the recipe of [the example several-processes](../../examples/several-processes/README.md): processes that share a port, each with its own cache, and one more that starts them and makes the changes. Each stream has a TCP connection of its own, without TLS. Memory and CPU time are those of all processes of the server; the clients share the cores with them.',
    '## Memory and first sync',
    'Memory is resident memory, which counts the shared pages of Node in each process. A stream is what all streams add when they are in sync, divided by their number. The peak is the sum of the peaks of the processes, to the end of the run.',
    table(
      [
        '',
        'clusters',
        'processes',
        'streams',
        'empty',
        'in sync',
        'a stream',
        'peak',
        'first sync',
        'CPU',
        'CPU a stream',
      ],
      results.map((one) => [
        one.mode,
        count(one.size),
        String(one.processes),
        count(one.streams),
        mib(one.emptyMiB),
        mib(one.syncedMiB),
        `${streamKiB(one).toFixed(0)} KiB`,
        mib(one.peakMiB),
        seconds(one.firstSyncMs),
        seconds(one.firstSyncCpuMs),
        `${(one.firstSyncCpuMs / one.streams).toFixed(2)} ms`,
      ]),
    ),
    ...reopenedOnes(results),
    '## A change of one cluster’s endpoints, and all connections at once',
    'From the request for the change until all clients have ACKed it, the median. Reconnect: all connections end, a cluster changes, and all clients dial again at once with the versions that they have; with several programs of clients that is not measured.',
    table(
      ['', 'clusters', 'processes', 'streams', 'changes', 'push', 'CPU', 'CPU a stream', 'reconnect'],
      results.map((one) => [
        one.mode,
        count(one.size),
        String(one.processes),
        count(one.streams),
        String(one.rounds),
        `${count(Math.round(one.pushMs))} ms`,
        `${count(Math.round(one.pushCpuMs))} ms`,
        `${((one.pushCpuMs / one.streams) * 1_000).toFixed(0)} µs`,
        one.stormMs === undefined ? '' : seconds(one.stormMs),
      ]),
    ),
    ...(largest === undefined ? [] : ['## What one machine holds', describeMachine(largest)]),
    ...(unfinished.length === 0 ? [] : ['## Not finished', unfinished.map((one) => `- ${one}`).join('\n')]),
  ].join('\n\n')
}

/** Nothing where no stream ended. */
function reopenedOnes(results: readonly ScaleResult[]): readonly string[] {
  const ones = results.filter(({ reopened, reopenedLater }) => reopened + reopenedLater > 0)
  if (ones.length === 0) return []
  return [
    'Streams and connections that ended although nobody closed them, and that their clients opened again with pauses as Envoy makes them (their pauses are part of the times):',
    table(
      ['', 'clusters', 'processes', 'streams', 'in the first sync', 'later'],
      ones.map((one) => [
        one.mode,
        count(one.size),
        String(one.processes),
        count(one.streams),
        count(one.reopened),
        count(one.reopenedLater),
      ]),
    ),
  ]
}

/** Computed from the cell with the most streams. */
function describeMachine(cell: ScaleResult): string {
  const streamCpuMs = cell.pushCpuMs / cell.streams
  const perGiB = (1024 * 1024) / streamKiB(cell)
  const gib = totalmem() / 2 ** 30
  return [
    `Computed from the cell with ${count(cell.streams)} streams:`,
    '',
    `- **Memory.** A GiB holds ${count(round(perGiB))} streams, so the ${gib.toFixed(0)} GiB of this machine would hold ${count(round(perGiB * (gib - cell.emptyMiB / 1024)))}, if it did nothing else.`,
    `- **CPU.** A core that does nothing else brings ${count(round(1_000 / streamCpuMs))} responses a second to clients and takes their ACKs: with a change every ten seconds, it serves ten times as many streams.`,
    `- **After a restart** a core brings ${count(round((1_000 * cell.streams) / cell.firstSyncCpuMs))} streams a second into sync.`,
  ].join('\n')
}

function streamKiB({ syncedMiB, emptyMiB, streams }: ScaleResult): number {
  return ((syncedMiB - emptyMiB) * 1024) / streams
}

/** Two digits: the rest is chance. */
function round(value: number): number {
  return Number(value.toPrecision(2))
}

function count(value: number): string {
  return value.toLocaleString('en')
}

function mib(value: number): string {
  return `${count(Math.round(value))} MiB`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
