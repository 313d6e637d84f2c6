// What the report shows of flow control.

import type { LanesPicture, Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { measuredWindows } from './checks.ts'
import { FIGURES, MESSAGE_BYTES, SLOW_READER } from './slow-reader.ts'
import { NEEDED_KIB, predictedRate, WINDOW_LINK } from './windows.ts'

export function sectionsOf(results: Results): readonly Section[] {
  return [...windows(results), ...slowReader(results)]
}

function windows(results: Results): readonly Section[] {
  const measured = measuredWindows(results)
  if (measured.length === 0) return []
  const { rttMs, mbitPerSecond } = WINDOW_LINK
  const usual = measured.find(({ kib }) => kib === 64)
  const best = measured.at(-1)
  const says = usual
    ? `With the default of HTTP/2 and of grpc-js, 64 KiB, a download reached **${usual.rate.toFixed(1)} of ${mbitPerSecond} Mbit/s**, whatever the link could carry. `
    : ''
  const bestSays = best ? `With ${best.kib} KiB it reached ${best.rate.toFixed(1)} Mbit/s. ` : ''
  return [
    {
      kind: 'lines',
      title: `Throughput by flow-control window, over ${rttMs} ms and ${mbitPerSecond} Mbit/s`,
      says: `A sender may have one window under way, and gets more after a round trip: throughput is at most **window / round trip**, and never more than the link carries. ${says}The link holds bandwidth × delay, **${NEEDED_KIB.toFixed(0)} KiB**: a smaller window leaves it idle. ${bestSays}A receiver gives window back when half of it is used up, for the stream and for the connection apart. Where these two are out of step, a sender has no more than the smaller of both: a gRPC download then gets **little more than half a window for a round trip**. In grpc-js the window is the channel option \`grpc-node.flow_control_window\`; within a data center, where a round trip is less than a millisecond, the default is enough.`,
      x: { title: 'window', unit: 'KiB', scale: 'log' },
      y: { title: 'throughput', unit: 'Mbit/s', scale: 'log' },
      lines: [
        { label: 'measured', points: measured.map(({ kib, rate }) => [kib, rate] as const) },
        {
          label: 'window / round trip, or the link',
          points: measured.map(({ kib }) => [kib, predictedRate(kib)] as const),
        },
        {
          label: 'half a window / round trip',
          points: measured.map(({ kib }) => [kib, predictedRate(kib / 2)] as const),
        },
      ],
    },
    {
      kind: 'table',
      title: 'Windows and throughput',
      columns: [
        { title: 'window', unit: 'KiB', decimals: 0 },
        { title: 'window / round trip, or the link', unit: 'Mbit/s', decimals: 1 },
        { title: 'measured', unit: 'Mbit/s', decimals: 1 },
        { title: 'measured of that', unit: '%', decimals: 0 },
      ],
      rows: measured.map(({ kib, rate }) => [
        kib,
        predictedRate(kib),
        rate,
        (100 * rate) / predictedRate(kib),
      ]),
    },
  ]
}

function slowReader(results: Results): readonly Section[] {
  const measured = roundsOf(results, SLOW_READER).at(-1)
  if (measured?.texts?.lanes === undefined) return []
  const { figures } = measured
  const picture: LanesPicture = JSON.parse(measured.texts.lanes)
  return [
    {
      kind: 'lanes',
      title: 'Backpressure: a client that does not read stops the server',
      says: `The client reads one message of ${MESSAGE_BYTES} bytes, then nothing for a while. The server sends exactly the **${figures[FIGURES.sent]} bytes** of DATA that it is granted, and stops: the window of stream 1 falls to 0 and stays there. That is ${((figures[FIGURES.sent] ?? Number.NaN) / MESSAGE_BYTES).toFixed(0)} messages for an application that has taken one: grpc-js decodes some ahead and gives window for them, and behind these a whole window (64 KiB) waits. A unary call on the same connection is answered meanwhile, because Node gives back the window of the **connection** as soon as bytes arrive. When the client reads on, WINDOW_UPDATE frames let the stream go on, and all ${figures[FIGURES.messages]} messages arrive.`,
      ...picture,
    },
  ]
}
