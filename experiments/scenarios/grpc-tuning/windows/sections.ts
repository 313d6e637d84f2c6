// What the report shows of windows.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { boundRate, fillingKib, MBIT_PER_SECOND, windowBytes } from './cells.ts'
import { HELD_STREAMS } from './held-memory.ts'
import { PLACES } from './measure-envoy.ts'
import {
  type MeasuredHeld,
  measuredEnvoys,
  measuredHeld,
  measuredTunings,
  measuredUnread,
  measuredWindows,
} from './measured.ts'
import { recommendationsOf, worstDefault } from './recommend.ts'
import { SERIES_NAME, TUNING_RTT_MS, TUNING_SERVERS } from './self-tuning.ts'

type Windows = ReturnType<typeof measuredWindows>

export function sectionsOf(results: Results): readonly Section[] {
  const windows = measuredWindows(results)
  const envoys = measuredEnvoys(results)
  const tunings = measuredTunings(results)
  const held = measuredHeld(results)
  const unread = measuredUnread(results)
  const paragraphs = recommendationsOf(windows, envoys, tunings, held, unread)
  return [
    ...(paragraphs.length > 0
      ? [{ kind: 'text', title: 'Which window to set, and where', paragraphs } satisfies Section]
      : []),
    ...linesOf(windows),
    ...tableOf(windows, envoys),
    ...tuningOf(tunings),
    ...heldOf(held, unread),
  ]
}

/** Over the round trip on which the default costs most. */
function linesOf(windows: Windows): readonly Section[] {
  const worst = worstDefault(windows)
  if (worst === undefined) return []
  const { rttMs } = worst.usual
  const own = windows.filter((one) => one.rttMs === rttMs)
  const sizes = [...new Set(own.map(({ kib }) => kib))]
  if (sizes.length < 2) return []
  const measured = (direction: 'up' | 'down') =>
    own.filter((one) => one.direction === direction).map(({ kib, rate }) => [kib, rate.median] as const)
  return [
    {
      kind: 'lines',
      title: `Throughput by window, over ${rttMs} ms and ${MBIT_PER_SECOND} Mbit/s`,
      says: `A sender may have one window under way: no more than **window / round trip** gets through, and no more than the link carries. The window that fills this link is bandwidth × delay, **${fillingKib(rttMs).toFixed(0)} KiB**. One large message in each direction, by grpc-js on both sides. A receiver gives window back when half of it is used up, for the stream and for the connection apart, so the rate is between half a window and a whole one for each round trip.`,
      x: { title: 'window', unit: 'KiB', scale: 'log' },
      y: { title: 'throughput', unit: 'Mbit/s', scale: 'log' },
      lines: [
        { label: 'download', points: measured('down') },
        { label: 'upload', points: measured('up') },
        {
          label: 'window / round trip, or the link',
          points: sizes.map((kib) => [kib, boundRate(rttMs, kib)]),
        },
      ],
    },
  ]
}

function tableOf(windows: Windows, envoys: ReturnType<typeof measuredEnvoys>): readonly Section[] {
  if (windows.length + envoys.length === 0) return []
  const byEnvoy = envoys.map((one) => ({ ...one, ...PLACES[one.place] }))
  const rowOf = (one: (Windows | typeof byEnvoy)[number], whose: string) => {
    const bound = boundRate(one.rttMs, one.kib)
    return [
      one.direction === 'up' ? 'upload' : 'download',
      whose,
      one.rttMs,
      fillingKib(one.rttMs),
      one.kib,
      bound,
      one.rate.median,
      (100 * one.rate.median) / bound,
    ]
  }
  return [
    {
      kind: 'table',
      title: 'Bounds and throughput',
      says: `The link carries ${MBIT_PER_SECOND} Mbit/s. Requests are limited by the window of the server, or of an Envoy beside it; answers by that of the client, or of an Envoy beside it. 64 KiB is the default of HTTP/2 and of grpc-js, ${windowBytes(64).toLocaleString('en-US')} bytes. A server of grpc-js has no option for it: here a program sets it on each session, which Node reports on a diagnostics channel.`,
      columns: [
        { title: 'direction' },
        { title: 'window of' },
        { title: 'round trip', unit: 'ms', decimals: 0 },
        { title: 'bandwidth × delay', unit: 'KiB', decimals: 0 },
        { title: 'window', unit: 'KiB', decimals: 0 },
        { title: 'bound', unit: 'Mbit/s', decimals: 1 },
        { title: 'measured', unit: 'Mbit/s', decimals: 1 },
        { title: 'of the bound', unit: '%', decimals: 0 },
      ],
      rows: [
        ...windows.map((one) => rowOf(one, one.direction === 'up' ? 'server' : 'client')),
        ...byEnvoy.map((one) => rowOf(one, `Envoy ${one.title}`)),
      ],
    },
  ]
}

function tuningOf(tunings: ReturnType<typeof measuredTunings>): readonly Section[] {
  if (tunings.length === 0) return []
  const lines = tunings.map(({ name, rounds }) => ({
    label: TUNING_SERVERS[name].title,
    points: (rounds.at(-1)?.series ?? []).flatMap((one) => (one.name === SERIES_NAME ? one.points : [])),
  }))
  return [
    {
      kind: 'lines',
      title: 'Who raises the window without being asked',
      says: `The same client sends messages in a row over ${TUNING_RTT_MS} ms and ${MBIT_PER_SECOND} Mbit/s to servers with their defaults. Servers of grpc-go and C-core measure how much arrives between a PING and its answer, and give twice that as window. With 64 KiB for each round trip it would be ${boundRate(TUNING_RTT_MS, 64).toFixed(1)} Mbit/s at most.`,
      x: { title: 'message', scale: 'linear' },
      y: { title: 'throughput', unit: 'Mbit/s', scale: 'linear' },
      lines: [
        ...lines,
        {
          label: '64 KiB / round trip',
          points: (lines[0]?.points ?? []).map(([at]) => [at, boundRate(TUNING_RTT_MS, 64)] as const),
        },
      ],
    },
  ]
}

function heldOf(held: readonly MeasuredHeld[], unread: MeasuredHeld | undefined): readonly Section[] {
  if (held.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'What slow readers hold',
      says: `${HELD_STREAMS} server streams on one connection. Each client reads one message and then nothing, or nothing at all, until nothing more arrives.`,
      columns: [
        { title: 'streams' },
        { title: 'window', unit: 'KiB', decimals: 0 },
        { title: 'arrived, not read', unit: 'MiB', decimals: 2 },
        { title: 'for each stream', unit: 'KiB', decimals: 0 },
        { title: 'resident memory grew by', unit: 'MiB', decimals: 1 },
      ],
      rows: [
        ...held.map((one) => ['one message read', one] as const),
        ...(unread === undefined ? [] : [['nothing read yet', unread] as const]),
      ].map(([title, { kib, arrivedBytes, residentBytes }]) => [
        title,
        kib,
        arrivedBytes / 1_048_576,
        arrivedBytes / HELD_STREAMS / 1_024,
        residentBytes / 1_048_576,
      ]),
    },
  ]
}
