// What the report shows of copies.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { COPY_WAYS } from '../../../../testbed/data-peers/copies/ways.ts'
import { type Ledger, measuredLedgers } from './checks.ts'
import { LEDGER_BYTES, LEDGERS, WINDOW_BYTES } from './measure-copies.ts'
import { cpuByRound, type MeasuredCopies, measuredCopies } from './measured.ts'
import { recommendationsOf } from './recommend.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const copies = measuredCopies(results)
  const ledgers = measuredLedgers(results)
  const paragraphs = recommendationsOf(copies, ledgers)
  return [
    ...(paragraphs.length > 0
      ? [{ kind: 'text', title: 'What copies cost', paragraphs } satisfies Section]
      : []),
    ...barsOf(copies),
    ...tableOf(copies),
    ...ledgerOf(ledgers),
  ]
}

const kib = ({ bytes }: MeasuredCopies) => bytes / 1_024

function barsOf(copies: readonly MeasuredCopies[]): readonly Section[] {
  if (copies.length === 0) return []
  return [
    {
      kind: 'bars',
      title: 'CPU time of a byte',
      says: 'Of client and server together. Each way adds a layer to the one before it.',
      unit: 'ns',
      bars: copies.map((one) => ({
        label: `${COPY_WAYS[one.way].title}, ${kib(one)} KiB`,
        values: cpuByRound(one),
      })),
    },
  ]
}

function tableOf(copies: readonly MeasuredCopies[]): readonly Section[] {
  if (copies.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Payloads by each way',
      says: `One payload after the other over loopback, each answered when it has come whole; flow-control windows of ${WINDOW_BYTES / 1_048_576} MiB, so that no sender waits for one. CPU time has that of the kernel, which copies too. Garbage is collected where copies are made: Buffers are outside of the heap of V8, and each is freed by a collection.`,
      columns: [
        { title: 'way' },
        { title: 'payload', unit: 'KiB', decimals: 0 },
        { title: 'throughput', unit: 'MB/s', decimals: 0 },
        { title: 'p50', unit: 'ms', decimals: 2 },
        { title: 'client', unit: 'ns CPU a byte', decimals: 2 },
        { title: 'server', unit: 'ns CPU a byte', decimals: 2 },
        { title: 'garbage collections', unit: 'for 100 MB', decimals: 0 },
      ],
      rows: copies.map((one) => [
        COPY_WAYS[one.way].title,
        kib(one),
        ...[one.megabytesPerSecond, one.p50, one.client, one.server, one.collections],
      ]),
    },
  ]
}

function ledgerOf(ledgers: readonly Ledger[]): readonly Section[] {
  if (ledgers.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Who copies a payload',
      says: `One call with ${LEDGER_BYTES / 1_048_576} MiB, client and server in one process, whose functions that copy bytes are watched. Copies inside Node's own C++ (frames of HTTP/2, sockets) are not seen here; the table above has their cost.`,
      columns: [
        { title: 'call' },
        { title: 'copy', decimals: 0 },
        { title: 'by' },
        { title: 'called from' },
        { title: 'bytes', decimals: 0 },
      ],
      rows: ledgers.flatMap(({ name, copies }) =>
        copies.map(({ by, caller, bytes }, at) => [LEDGERS[name], at + 1, by, caller, bytes]),
      ),
    },
  ]
}
