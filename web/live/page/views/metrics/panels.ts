// The panels of the view, as data: what each shows of two scrapes that follow each other.

import type { Columns, Line } from '../time/series.ts'
import { quantileOf, rateOf, type Scrape, sumOf } from './scrape.ts'

export interface Panel {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** What the values mean, in a sentence. */
  readonly about: string
  readonly series: readonly Line[]
  readonly read: (before: Scrape, after: Scrape, fleet: string) => readonly (number | null)[]
}

const ACK = 'switchyard_xds_ack_duration_seconds'
const inMs = (seconds: number | null) => (seconds === null ? null : seconds * 1_000)

export const PANELS: readonly Panel[] = [
  {
    id: 'calls',
    title: 'Calls',
    unit: '/s',
    about: 'By the load reports of the nodes; at L4 connections.',
    series: [
      { label: 'started', color: '--b1', style: 'filled' },
      { label: 'failed', color: '--bad', style: 'bars' },
    ],
    read: (before, after, fleet) => [
      rateOf(before, after, 'switchyard_load_calls_started_total', { fleet }),
      rateOf(before, after, 'switchyard_load_calls_ended_total', { fleet, result: 'error' }),
    ],
  },
  {
    id: 'pushes',
    title: 'Pushes',
    unit: '/s',
    about: 'Responses of xDS to this fleet, and how they were answered.',
    series: [
      { label: 'sent', color: '--b7' },
      { label: 'ACKed', color: '--good' },
      { label: 'NACKed', color: '--bad', style: 'bars' },
    ],
    read: (before, after, fleet) =>
      ['pushes', 'acks', 'nacks'].map((what) =>
        rateOf(before, after, `switchyard_xds_${what}_total`, { fleet }),
      ),
  },
  {
    id: 'ack-time',
    title: 'Time to the ACK',
    unit: ' ms',
    about: 'From a response to the ACK of it, read from the buckets of a histogram.',
    series: [
      { label: 'p50', color: '--b3', style: 'bars' },
      { label: 'p99', color: '--b2', style: 'bars' },
    ],
    read: (before, after, fleet) => [
      inMs(quantileOf(before, after, 0.5, ACK, { fleet })),
      inMs(quantileOf(before, after, 0.99, ACK, { fleet })),
    ],
  },
  {
    id: 'nodes',
    title: 'Nodes',
    unit: '',
    about: 'Of this fleet.',
    series: [
      { label: 'SYNCED', color: '--good', style: 'filled' },
      { label: 'NACKED', color: '--bad' },
      { label: 'others', color: '--b2' },
    ],
    read: (_before, after, fleet) => {
      const [all, synced, nacked] = [{}, { state: 'SYNCED' }, { state: 'NACKED' }].map((state) =>
        sumOf(after, 'switchyard_nodes', { fleet, ...state }),
      )
      return [synced ?? 0, nacked ?? 0, (all ?? 0) - (synced ?? 0) - (nacked ?? 0)]
    },
  },
  {
    id: 'streams',
    title: 'Streams',
    unit: '',
    about: 'Open xDS streams of all fleets.',
    series: [{ label: 'open', color: '--b8', style: 'filled' }],
    read: (_before, after) => [sumOf(after, 'switchyard_xds_streams')],
  },
  {
    id: 'rest',
    title: 'REST requests',
    unit: '/s',
    about: 'Of all callers, this page included.',
    series: [
      { label: 'answered', color: '--b4' },
      { label: 'with an error of the server', color: '--bad', style: 'bars' },
    ],
    read: (before, after) => {
      const count = 'switchyard_rest_request_duration_seconds_count'
      const failed = after.samples.filter(
        ({ name, labels }) => name === count && /^5/.test(labels.status ?? ''),
      )
      return [
        rateOf(before, after, count),
        failed.reduce((sum, { labels }) => sum + (rateOf(before, after, count, { ...labels }) ?? 0), 0),
      ]
    },
  },
]

/** @param scrapes oldest first; the first has nothing before it, so the columns begin with the second */
export function columnsOfPanel({ read, series }: Panel, scrapes: readonly Scrape[], fleet: string): Columns {
  const pairs = scrapes.slice(1).map((after, index) => [scrapes[index] ?? after, after] as const)
  const rows = pairs.map(([before, after]) => read(before, after, fleet))
  return [pairs.map(([, { at }]) => at), ...series.map((_, index) => rows.map((row) => row[index] ?? null))]
}
