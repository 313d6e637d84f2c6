// Results of turns that tests make up: the same levels in each turn, with drift that all ways have alike.

import {
  MEASURES,
  type MeasureName,
  seriesName,
  wayFigure,
} from '../../experiments/scenarios/grpc-transport-benchmark/turns/turn-results.ts'
import { facts } from '../../harness/facts.ts'
import type { Results } from '../../harness/results.ts'
import { encodeLatencies } from '../../testbed/measure/histogram.ts'

export interface MadeUpWay {
  readonly figures?: Readonly<Record<string, number>>
  /** By measure. */
  readonly levels?: Readonly<Partial<Record<MeasureName, number>>>
  /** Of calls, in microseconds. */
  readonly latencies?: readonly number[]
}

/** A run with these ways, measured in eight turns. */
export function madeUpRun(
  id: string,
  ways: Readonly<Record<string, MadeUpWay>>,
  turns = 8,
): Results['runs'][number] {
  const of = Object.entries(ways)
  return {
    ...{ id, round: 1, labels: {}, begun: '', state: 'measured' },
    measured: facts({
      figures: Object.fromEntries(
        of.flatMap(([way, { figures = {} }]) =>
          Object.entries(figures).map(([name, value]) => [wayFigure(way, name), value]),
        ),
      ),
      histograms: Object.fromEntries(
        of.flatMap(([way, { latencies }]) => (latencies ? [[way, encodeLatencies(latencies)]] : [])),
      ),
      series: of.flatMap(([way, { levels = {} }]) =>
        (Object.entries(levels) as [MeasureName, number][]).map(([measure, level]) => ({
          name: seriesName(way, measure),
          unit: MEASURES[measure].unit,
          points: Array.from({ length: turns }, (_, turn): [number, number] => [
            turn,
            level * (1 + turn / 100),
          ]),
        })),
      ),
    }),
  }
}

export function madeUpResults(...runs: Results['runs']): Results {
  const profile = { name: 'quick', warmUpSeconds: 0, windowSeconds: 0, rounds: 1 } as const
  return {
    ...{ format: 1, scenario: '', title: '', question: '', command: '', begun: '', environment: {} },
    ...{ profile, plan: { runs: runs.map(({ id }) => id), rounds: 1 }, checks: [], runs: [...runs] },
  }
}
