// What the report shows of sidecars: what they add to a call, what CPU time and memory they take, and what to do.

import type { Section, TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { differenceText, MEASURES, turnValues } from '../turns/turn-results.ts'
import { findingsOf } from './findings.ts'
import { added, type MeasuredSidecars, measuredSidecars, typical } from './measured-sidecars.ts'
import { SIDECAR_WAYS } from './ways.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const measured = measuredSidecars(results)
  if (measured.length === 0) return []
  return [
    { kind: 'text', title: 'With or without sidecars', paragraphs: findingsOf(results) },
    addedLatency(measured),
    table(measured),
    memory(measured),
    inWords(),
  ]
}

/** A bar for each transport: pairs of turns are its values. */
function addedLatency(measured: readonly MeasuredSidecars[]): Section {
  const bars = measured.flatMap(({ transport, ways, rounds }) => {
    const way = ways.includes('both') ? 'both' : 'client'
    const [without, withEnvoys] = [turnValues(rounds, 'none', 'p50'), turnValues(rounds, way, 'p50')]
    const values = withEnvoys.flatMap((value, at) => {
      const other = without[at]
      return other === undefined ? [] : [value - other]
    })
    const label = way === 'both' ? transport.title : `${transport.title} (one Envoy)`
    return values.length === 0 ? [] : [{ label, values }]
  })
  return {
    kind: 'bars',
    title: 'What an Envoy on each side adds to the median call',
    says: 'Each bar is the median of the differences between a turn with both Envoys and the turn without that was measured next to it; the line reaches from the smallest to the largest. The same Envoys stand on each way, so that the faster the transport, the larger their share of a call.',
    unit: 'ms',
    bars,
  }
}

function table(measured: readonly MeasuredSidecars[]): TableSection {
  const [p50, p99] = [MEASURES.p50, MEASURES.p99]
  return {
    kind: 'table',
    title: 'Latency and CPU time, by transport and by what is on the way',
    says: 'Medians over turns of small unary calls, one at a time (16 over the Internet). What is added is the median difference to the turn without an Envoy, with an interval that holds for all rows of a transport together at 95 %. With fewer than eight turns it is the whole range, from which nothing follows.',
    columns: [
      { title: 'transport' },
      { title: 'on the way' },
      { title: 'p50', unit: 'ms', decimals: p50.decimals },
      { title: 'added to p50 (ms)' },
      { title: 'p99', unit: 'ms', decimals: p99.decimals },
      { title: 'added to p99 (ms)' },
      { title: 'CPU of the proxies', unit: 'µs/call', decimals: 0 },
    ],
    rows: measured.flatMap((one) =>
      one.ways.map((way) => {
        const [toP50, toP99] = (['p50', 'p99'] as const).map((measure) =>
          way === 'none' ? undefined : added(one, way, measure),
        )
        return [
          one.transport.title,
          SIDECAR_WAYS[way].title,
          typical(one, way, 'p50'),
          toP50 && differenceText(toP50, p50.decimals),
          typical(one, way, 'p99'),
          toP99 && differenceText(toP99, p99.decimals),
          typical(one, way, 'proxy'),
        ]
      }),
    ),
  }
}

function memory(measured: readonly MeasuredSidecars[]): TableSection {
  return {
    kind: 'table',
    title: 'Memory',
    says: 'The largest resident memory of each process, with one worker thread in each Envoy and a configuration for one service. It does not depend on the transport.',
    columns: [
      { title: 'transport' },
      { title: 'Envoy beside the client', unit: 'MiB', decimals: 0 },
      { title: 'Envoy beside the server', unit: 'MiB', decimals: 0 },
      { title: 'server', unit: 'MiB', decimals: 0 },
    ],
    rows: measured.map(({ transport, rounds }) => {
      const processes = rounds.at(-1)?.processes ?? []
      const of = (matches: (one: (typeof processes)[number]) => boolean) => processes.find(matches)?.peakMiB
      return [
        transport.title,
        of(({ name }) => name.endsWith('-client-1')),
        of(({ name }) => name.endsWith('-server-1')),
        of(({ role }) => role === 'server'),
      ]
    }),
  }
}

function inWords(): Section {
  return {
    kind: 'text',
    title: 'How sidecars are switched here',
    paragraphs: [
      'Both Envoys run in the network namespaces of the client and the server, on the CPUs of the process beside them, all the time. A write to the control plane decides where the Envoy of the client sends calls: to the server, to the Envoy beside it, or there by mutual TLS. Only whether the client calls its Envoy at all is its own address, as redirected traffic is in a mesh. xDS comes by a Unix socket, so that no network is shared for it.',
      'A listener of the document has an IP address, so that over a Unix socket only the Envoy of the client is measured: the way from an Envoy to an application, or from a collector to its agent.',
    ],
  }
}
