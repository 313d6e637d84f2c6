// The results as Markdown: flips of all servers, the disk's share, and the growth with the document.

import { median, quantile } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'
import type { FlipResults, FlipTimes } from './measure-flips.ts'
import type { Growth } from './measure-growth.ts'
import type { StoreTimes } from './measure-store.ts'

export interface PropagationResults {
  readonly flips: FlipResults
  readonly store: StoreTimes
  readonly growth: readonly Growth[]
}

const NAMES = {
  switchyard: 'Switchyard, from the REST call',
  library: 'its library alone, the same resources',
  peer: 'go-control-plane, the same resources',
} as const

export function renderPropagationReport({ flips, store, growth }: PropagationResults): string {
  return [
    '## Flips between L4 and L7, three Envoys, under load',
    'Milliseconds from the request that flips, p50 / p99. A thread that does nothing else sends each request over HTTP; the answer comes at the last ACK. Old connections are those of the load; Envoys and backends decide when they close.',
    renderFlips(flips),
    ...describeFailures(flips),
    describeShare(flips, store),
    '## One upstream changed among many',
    'From the request until a client has the new endpoint, medians.',
    renderGrowth(growth),
  ].join('\n\n')
}

function renderFlips(flips: FlipResults): string {
  const head = ['', 'flips', 'last ACK', 'new mode everywhere', 'last old connection gone', 'calls', 'failed']
  const row = (name: keyof FlipResults) => {
    const { acked, newMode, gone, calls, failures } = flips[name]
    return [
      NAMES[name],
      String(acked.length),
      spread(acked),
      spread(newMode),
      gone.length === 0 ? '–' : spread(gone),
      String(calls),
      String(failures.length),
    ]
  }
  return table(head, [row('switchyard'), row('library'), row('peer')])
}

/** One line for each error message, with its number of calls; nothing if no call failed. */
function describeFailures(flips: FlipResults): string[] {
  const lines = (['switchyard', 'library', 'peer'] as const).flatMap((name) =>
    [...Map.groupBy(flips[name].failures, (message) => message)].map(
      ([message, times]) => `- ${NAMES[name]}: ${times.length} calls failed with "${message}"`,
    ),
  )
  return lines.length === 0 ? [] : [lines.join('\n')]
}

function describeShare({ switchyard, library }: FlipResults, { onDiskMs, inMemoryMs }: StoreTimes): string {
  const extra = median(pairwise(switchyard, library))
  const bare = median(library.acked)
  const sync = onDiskMs - inMemoryMs
  return [
    `REST, validation, store, translation and verdict add ${ms(extra)} to the bare push of ${ms(bare)} (median over pairs), ${(extra / bare).toFixed(1)} times as much again.`,
    `Two commits of SQLite go into each flip, before the push and with the verdict: ${ms(onDiskMs)} on this disk and ${ms(inMemoryMs)} in memory,`,
    `so that syncing the disk is ${Math.round((100 * sync) / median(switchyard.acked))} % of the time from the REST call to the last ACK.`,
  ].join('\n')
}

function pairwise({ acked }: FlipTimes, other: FlipTimes): number[] {
  return acked.map((time, flip) => time - (other.acked[flip] ?? Number.NaN))
}

function renderGrowth(growth: readonly Growth[]): string {
  return table(
    ['upstreams', 'PATCH of one', 'PUT of all'],
    growth.map(({ upstreams, patchMs, putMs }) => [String(upstreams), ms(patchMs), ms(putMs)]),
  )
}

function spread(values: readonly number[]): string {
  return `${ms(quantile(values, 0.5))} / ${ms(quantile(values, 0.99))}`
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`
}
