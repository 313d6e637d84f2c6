// What the report shows of compression.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Verdict } from '../../../../harness/statistics/verdict.ts'
import { KIND_NAMES, KINDS } from '../../../../testbed/data-peers/compressible/payloads.ts'
import { LINK_RTT_MS } from './cells.ts'
import { linkMs, type MeasuredPayload, measuredLinks, measuredPayloads, paysBelow } from './measured.ts'
import { bandwidthText, recommendationsOf, savedShare } from './recommend.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const payloads = measuredPayloads(results)
  const links = measuredLinks(results)
  const paragraphs = recommendationsOf(results, payloads, links)
  if (paragraphs.length === 0) return []
  return [
    { kind: 'text', title: 'When to compress', paragraphs },
    ...linesOf(payloads),
    ...tableOf(payloads),
    ...linkTable(links),
  ]
}

function linesOf(payloads: readonly MeasuredPayload[]): readonly Section[] {
  const lines = KIND_NAMES.map((kind) => ({
    label: KINDS[kind],
    points: payloads
      .filter((one) => one.kind === kind && savedShare(one) > 0)
      .map((one) => [one.bytes / 1_024, paysBelow(one)] as const)
      .filter(([, mbit]) => Number.isFinite(mbit)),
  })).filter(({ points }) => points.length > 1)
  if (lines.length === 0) return []
  return [
    {
      kind: 'lines',
      title: 'The bandwidth below which gzip makes a call faster',
      says: 'Bytes that are saved, divided by the time that gzip adds on loopback, where sending takes next to no time. On a slower path a call is faster with gzip, on a faster one without. Kinds without a line grow.',
      x: { title: 'message', unit: 'KiB', scale: 'log' },
      y: { title: 'bandwidth', unit: 'Mbit/s', scale: 'log' },
      lines,
    },
  ]
}

function verdictText({ outcome, direction }: Verdict): string {
  if (outcome !== 'different') return outcome
  return direction === 'higher' ? 'slower with gzip' : 'faster with gzip'
}

function tableOf(payloads: readonly MeasuredPayload[]): readonly Section[] {
  if (payloads.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'What gzip saves and costs',
      says: 'Calls one after the other over loopback, with gzip and without in turns. With gzip, bytes are those of TCP to the server, with headers; without, headers take some 60 more than the message. CPU is that of both processes with all their threads: grpc-js compresses in the thread pool of Node. The verdict on loopback is that of an exact rank test over the medians of rounds; from four rounds on it can tell.',
      columns: [
        { title: 'payload' },
        { title: 'message', unit: 'bytes', decimals: 0 },
        { title: 'with gzip', unit: 'bytes', decimals: 0 },
        { title: 'saved', unit: '%', decimals: 1 },
        { title: 'client adds', unit: 'µs CPU', decimals: 0 },
        { title: 'server adds', unit: 'µs CPU', decimals: 0 },
        { title: 'p50 adds', unit: 'ms', decimals: 2 },
        { title: 'on loopback' },
        { title: 'pays below' },
      ],
      rows: payloads.map((one) => [
        KINDS[one.kind],
        one.bytes,
        one.gzip.wire,
        100 * savedShare(one),
        one.gzip.client - one.identity.client,
        one.gzip.server - one.identity.server,
        one.gzip.p50 - one.identity.p50,
        verdictText(one.verdict),
        bandwidthText(paysBelow(one)),
      ]),
    },
  ]
}

function linkTable(links: ReturnType<typeof measuredLinks>): readonly Section[] {
  if (links.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'The same over a slow link',
      says: `${LINK_RTT_MS} ms round trip. The link alone needs at least the given time for the bytes of a call; what a call takes beyond it is gzip, HTTP/2, TCP and the machine.`,
      columns: [
        { title: 'payload' },
        { title: 'link', unit: 'Mbit/s', decimals: 0 },
        { title: 'least', unit: 'ms', decimals: 1 },
        { title: 'p50', unit: 'ms', decimals: 1 },
        { title: 'least with gzip', unit: 'ms', decimals: 1 },
        { title: 'p50 with gzip', unit: 'ms', decimals: 1 },
        { title: 'with gzip it takes', unit: '%', decimals: 0 },
      ],
      rows: links.map(({ kind, mbitPerSecond, identity, gzip }) => [
        KINDS[kind],
        mbitPerSecond,
        linkMs(identity.wire, mbitPerSecond),
        identity.p50,
        linkMs(gzip.wire, mbitPerSecond),
        gzip.p50,
        (100 * gzip.p50) / identity.p50,
      ]),
    },
  ]
}
