// What the report shows of expected and measured latencies, and why they differ.

import { significant } from '../../../../harness/report/content/number-text.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { type QuantileInterval, quantileInterval } from '../../../../harness/statistics/quantile-interval.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { BASE, cellId } from '../matrix/cells.ts'
import { type ExpectedRange, expectedOf, placeOf } from './ranges.ts'

export const expectedId = (transport: string): string => `expected.${transport}`

interface Row {
  readonly transport: Transport
  readonly range: ExpectedRange
  readonly socket: QuantileInterval | undefined
  readonly go: QuantileInterval | undefined
  readonly node: QuantileInterval | undefined
}

export function sectionsOf(results: Results): readonly Section[] {
  const rows = TRANSPORTS.flatMap((transport): Row[] => {
    const range = expectedOf(transport.id)
    const rounds = roundsOf(results, expectedId(transport.id))
    if (range === undefined || rounds.length === 0) return []
    const node = roundsOf(results, cellId(transport.id, BASE))
    return [
      {
        ...{ transport, range },
        ...{ socket: p50(rounds, 'socket'), go: p50(rounds, 'go'), node: p50(node, 'service') },
      },
    ]
  })
  if (rows.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Expected and measured',
      says: 'p50 of the smallest call, with its interval of 95 %, in microseconds. Go: `ghz` and a server in Go, each on CPUs of its own. Node: the same cell of the matrix. A place is that of the interval seen from the expected range: _below_ or _above_ if it is so as a whole.'.replaceAll(
        '_',
        '**',
      ),
      columns: [
        { title: 'transport' },
        { title: 'expected (µs)' },
        { title: 'socket' },
        { title: 'gRPC in Go' },
        { title: 'gRPC in Node' },
      ],
      rows: rows.map((row) => [
        row.transport.title,
        `${row.range.title}: ${significant(row.range.from)} to ${significant(row.range.to)}`,
        placedText(row.range, row.socket),
        placedText(row.range, row.go),
        placedText(row.range, row.node),
      ]),
    },
    {
      kind: 'table',
      title: 'Why they differ',
      says: 'By rules from the figures above.',
      columns: [{ title: 'transport' }, { title: 'why' }],
      rows: rows.map((row) => [row.transport.title, whyOf(row)]),
    },
  ]
}

function p50(rounds: readonly Measured[], name: string): QuantileInterval | undefined {
  return rounds.length === 0 ? undefined : quantileInterval(rounds, name, 0.5)
}

const micros = (ms: number) => ms * 1_000

function placeIn(range: ExpectedRange, interval: QuantileInterval | undefined) {
  if (interval?.low === undefined || interval.high === undefined) return undefined
  return placeOf(range, micros(interval.low), micros(interval.high))
}

function placedText(range: ExpectedRange, interval: QuantileInterval | undefined): string | undefined {
  if (interval === undefined) return undefined
  const value = significant(micros(interval.value))
  const place = placeIn(range, interval)
  if (place === undefined || interval.low === undefined || interval.high === undefined) return value
  return `${value} (${significant(micros(interval.low))}–${significant(micros(interval.high))}), ${place}`
}

/** By rules from the figures of the row. */
function whyOf({ transport: { family, emulates }, range, socket, go, node }: Row): string {
  const reasons: string[] = []
  const [socketPlace, goPlace] = [placeIn(range, socket), placeIn(range, go)]
  if (socketPlace === 'above')
    reasons.push('a plain socket takes as long: the kernel and the scheduler of this machine')
  if (goPlace === 'above' && socketPlace !== 'above' && socket !== undefined && go !== undefined) {
    reasons.push(
      `the range is that of a socket's round trip: gRPC in Go adds ${significant(micros(go.value - socket.value))} µs to it`,
    )
  }
  if ((goPlace === 'below' || socketPlace === 'below') && (family === 'cross-node' || family === 'lan')) {
    reasons.push('no wire, card or switch: both hosts are network namespaces of one kernel')
  } else if (goPlace === 'below' || socketPlace === 'below') {
    reasons.push('all on one machine, and a way that is shorter than that of a cluster')
  }
  if (emulates !== undefined && family === 'internet')
    reasons.push('the round trip is the one that the link emulates')
  if (node !== undefined && go !== undefined && node.value > go.value) {
    reasons.push(`Node takes ${significant(micros(node.value - go.value))} µs more than Go at both ends`)
  }
  return reasons.length === 0 ? 'as expected' : reasons.join('; ')
}
