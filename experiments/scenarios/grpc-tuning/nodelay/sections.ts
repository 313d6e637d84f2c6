// What the report shows of Nagle's algorithm, and what follows from it.

import type { Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { quantileOver } from '../../../../harness/statistics/rounds.ts'
import { EXCHANGE_FIGURES, EXCHANGE_LINK } from './exchange.ts'
import { ENDS, nodelayFigure } from './programs.ts'
import { exchangeRows, relayRows, socketRows } from './rows.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const [exchanges, relays] = [exchangeRows(results), relayRows(results)]
  const timed = [...exchanges, ...relays]
  const paragraphs = adviceOf(results)
  return [
    ...(timed.length > 0
      ? [
          {
            kind: 'table' as const,
            title: 'Requests in two small parts',
            says: `A request is written in two parts, and answered when both have arrived. Nagle's algorithm holds a small packet back while an earlier one is not acknowledged, and the other side delays its acknowledgement by 40 ms, because an answer could carry it. So both wait. Over the link a round trip takes ${EXCHANGE_LINK.rttMs} ms. A gRPC call through a relay that reads and writes bytes is such a request: headers and message are two frames.`,
            columns: [
              { title: 'over' },
              { title: 'p50', unit: 'ms', decimals: 2 },
              { title: 'p90', unit: 'ms', decimals: 2 },
              { title: 'waited for a delayed acknowledgement' },
              { title: 'requests' },
            ],
            rows: timed.map(({ title, rounds }) => [
              title,
              median(rounds),
              ninety(rounds),
              rounds.at(-1)?.figures[EXCHANGE_FIGURES.delayed],
              rounds.reduce((sum, { calls }) => sum + calls, 0),
            ]),
          },
          {
            kind: 'curves' as const,
            title: 'How long such a request takes',
            curves: timed.map(({ title, rounds }) => ({
              label: title,
              histograms: rounds.flatMap(({ histograms }) => histograms.service ?? []),
            })),
          },
        ]
      : []),
    ...socketTable(results),
    ...(paragraphs.length > 0
      ? [{ kind: 'text' as const, title: 'Nagle’s algorithm: what to set', paragraphs }]
      : []),
  ]
}

const median = (rounds: readonly Measured[]) => quantileOver(rounds, 'service', 0.5).merged
const ninety = (rounds: readonly Measured[]) => quantileOver(rounds, 'service', 0.9).merged

function socketTable(results: Results): readonly Section[] {
  const rows = socketRows(results)
  if (rows.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Who sets TCP_NODELAY',
      says: 'As the kernel has it, read from the open sockets of each process (`getsockopt` on a borrowed descriptor), not from its documentation.',
      columns: [{ title: 'program' }, { title: 'toward servers' }, { title: 'toward clients' }],
      rows: rows.map(({ program, figures }) => [
        program.title,
        ...ENDS.map((end) => (figures[nodelayFigure(end)] === 1 ? 'set' : 'not set')),
      ]),
    },
  ]
}

function adviceOf(results: Results): readonly string[] {
  const sockets = socketRows(results)
  const [withNagle, without] = [false, true].map((wanted) =>
    relayRows(results).find(({ noDelay }) => noDelay === wanted),
  )
  const nobody = sockets.every(({ figures }) => ENDS.every((end) => figures[nodelayFigure(end)] === 1))
  return [
    ...(sockets.length > 0 && nobody
      ? [
          `**Clients and servers of gRPC: nothing to set.** ${sockets.length} of ${sockets.length} turn Nagle's algorithm off at both ends: ${sockets.map(({ program }) => program.title).join(', ')}.`,
        ]
      : []),
    ...(withNagle && without
      ? [
          `**Relays, tunnels and proxies of your own: set TCP_NODELAY on both sockets.** Node leaves Nagle's algorithm on for plain sockets (\`net\`), and turns it off for HTTP/1.1 and HTTP/2. Of small gRPC calls through such a relay, half took ${median(withNagle.rounds).toFixed(1)} ms or more, and a tenth ${ninety(withNagle.rounds).toFixed(1)} ms or more. With TCP_NODELAY it was ${median(without.rounds).toFixed(1)} ms and ${ninety(without.rounds).toFixed(1)} ms.`,
        ]
      : []),
  ]
}
