// The results as Markdown: a rollout to many nodes, and what further fleets add to a write.

import { loadavg } from 'node:os'
import { median, quantile } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'
import type { Write } from './control-plane.ts'
import type { FleetsResult } from './measure-fleets.ts'
import type { NodesResult } from './measure-nodes.ts'

export interface RolloutResults {
  readonly nodes: readonly NodesResult[]
  readonly fleets: readonly FleetsResult[]
}

export function renderRolloutReport({ nodes, fleets }: RolloutResults): string {
  return [
    '## One PATCH with `wait`, until all nodes have ACKed',
    'The weight of one endpoint changes. Switchyard: from the request over HTTP to the answer 200 `synced`, with validation, store on disk, translation and verdict. The library alone: from the request to the answer once `synced` has resolved, with the same resources; it is given only the changed one. Both run at the same time, each with its own clients on one connection each, and push in turns. Times are medians with the 10th and 90th percentiles, differences are medians over pairs, CPU is the mean of the server process per push.',
    renderNodes(nodes),
    '## One PATCH of one upstream among many, shared by some fleets',
    'All fleets have the same upstreams and routes. From the request to the answer, without nodes: by then the revision is on disk and every fleet is served. The control planes run at the same time and are patched in turns.',
    renderFleets(fleets),
    '## Load of the machine',
    `${loadavg()[1]?.toFixed(0)} on average over the last five minutes of the run, with the benchmark itself. With more than the number of cores, times are longer than on an idle machine; CPU and ratios tell more.`,
  ].join('\n\n')
}

function renderNodes(results: readonly NodesResult[]): string {
  const head = [
    '',
    'upstreams',
    'nodes',
    'pushes',
    'Switchyard',
    'library alone',
    'difference',
    'CPU',
    'CPU of the library',
  ]
  return table(
    head,
    results.map(({ mode, upstreams, nodes, rounds, switchyard, library }) => [
      mode,
      String(upstreams),
      String(nodes),
      String(rounds),
      spread(switchyard),
      spread(library),
      ms(median(switchyard.map((write, round) => write.ms - (library[round]?.ms ?? Number.NaN)))),
      ms(meanCpu(switchyard)),
      ms(meanCpu(library)),
    ]),
  )
}

function renderFleets(results: readonly FleetsResult[]): string {
  const [first] = results
  return table(
    ['fleets', 'upstreams', 'writes', 'PATCH of one', 'CPU', 'CPU against the first row'],
    results.map(({ fleets, upstreams, writes }) => [
      String(fleets),
      String(upstreams),
      String(writes.length),
      spread(writes),
      ms(meanCpu(writes)),
      `${(meanCpu(writes) / meanCpu(first?.writes ?? [])).toFixed(1)} ×`,
    ]),
  )
}

/** The median, and where the middle four fifths lie. */
function spread(writes: readonly Write[]): string {
  const times = writes.map((write) => write.ms)
  return `${ms(median(times))} (${ms(quantile(times, 0.1))} – ${ms(quantile(times, 0.9))})`
}

/** A mean, because the system counts CPU time in steps of 10 ms. */
function meanCpu(writes: readonly Write[]): number {
  return writes.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / writes.length
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`
}
