// Streams, and the key-value service: messages and bytes a second.

import type { TableSection } from '../../../../../harness/report/section.ts'
import { quantileOver, spreadOver } from '../../../../../harness/statistics/rounds.ts'
import { BASE, isSame, isStream, PATTERN_TITLES, payloadText, STREAM_MESSAGES } from '../cells.ts'
import { latencyName, type MeasuredCell } from '../measured.ts'

const BYTES_PER_MB = 1e6

export function streamTable(cells: readonly MeasuredCell[]): readonly TableSection[] {
  const own = cells.filter(
    ({ cell }) => isStream(cell) || cell.pattern === 'put' || cell.pattern === 'get' || isSame(cell, BASE),
  )
  const hasMore = own.some(({ cell }) => !isSame(cell, BASE))
  if (!hasMore) return []
  const shown = own.filter(({ transport }) =>
    own.some((other) => other.transport === transport && !isSame(other.cell, BASE)),
  )
  const ordered = shown.toSorted((a, b) => orderOf(a).localeCompare(orderOf(b)))
  return [
    {
      kind: 'table',
      title: 'Streams, and the key-value service',
      says: `A stream has ${STREAM_MESSAGES.toLocaleString('en-US')} messages. Those of a server stream follow each other as fast as flow control allows, so latency says nothing about them. In a bidirectional stream each message follows the answer to the one before: p50 is that of its round trip, without the beginning of a call. Bytes are those of encoded messages, both ways; 1 MB/s are a million of them.`,
      columns: [
        { title: 'calls' },
        { title: 'payload' },
        { title: 'at a time', decimals: 0 },
        { title: 'transport' },
        { title: 'messages', unit: '1/s', decimals: 0 },
        { title: 'payload', unit: 'MB/s' },
        { title: 'p50', unit: 'ms', decimals: 3 },
        { title: 'CV of messages/s', unit: '%', decimals: 0 },
      ],
      rows: ordered.map(({ cell, transport, rounds }) => {
        const messages = spreadOver(rounds, ({ messages = 0, seconds }) => messages / seconds)
        return [
          PATTERN_TITLES[cell.pattern],
          payloadText(cell.payload),
          cell.concurrency,
          transport.title,
          messages.median,
          spreadOver(rounds, ({ bytes = 0, seconds }) => bytes / seconds / BYTES_PER_MB).median,
          cell.pattern === 'server-stream'
            ? undefined
            : finite(quantileOver(rounds, latencyName(cell), 0.5).merged),
          finite(messages.variation * 100),
        ]
      }),
    },
  ]
}

/** By the calls, so that transports stand below each other. The sort is stable. */
const orderOf = ({ cell }: MeasuredCell): string =>
  `${cell.pattern} ${String(cell.payload).padStart(8, '0')} ${String(cell.concurrency).padStart(3, '0')}`

const finite = (value: number) => (Number.isFinite(value) ? value : undefined)
