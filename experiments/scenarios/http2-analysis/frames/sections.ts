// What the report shows of the capture: the picture, every type, and every frame.

import type { Cell, LanesPicture, Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import type { frameRecord } from '../../../../testbed/http2/frame-record.ts'
import { FRAME_TYPES } from '../../../../testbed/http2/frame-types.ts'
import { measuredOf } from '../measured-of.ts'
import { count } from './checks.ts'
import { countName, GRPC, PLAIN, TSHARK } from './ids.ts'
import { TYPES } from './types.ts'

type FrameRecord = ReturnType<typeof frameRecord>

export function sections(results: Results): readonly Section[] {
  const grpc = measuredOf(results, GRPC)
  const plain = measuredOf(results, PLAIN)
  const tshark = measuredOf(results, TSHARK)
  return [...(grpc === undefined ? [] : ofGrpc(grpc, tshark)), ...typesTable(grpc, plain)]
}

function ofGrpc({ texts = {} }: Measured, tshark: Measured | undefined): Section[] {
  const picture: LanesPicture = JSON.parse(texts.lanes ?? '{"lanes":[]}')
  const frames: readonly FrameRecord[] = JSON.parse(texts.frames ?? '[]')
  const canceled = frames.find(({ type }) => type === 'RST_STREAM')
  const ping = frames.filter(({ type }) => type === 'PING')
  const roundTrip = ping.length > 1 ? ((ping[1]?.atMs ?? 0) - (ping[0]?.atMs ?? 0)).toFixed(2) : undefined
  const agreed =
    tshark === undefined
      ? ''
      : ` tshark, reading the same capture, names ${tshark.figures['frames of tshark']} frames; ${tshark.figures.differences === 0 ? 'none differs from ours' : `${tshark.figures.differences} differ from ours`}.`
  return [
    {
      kind: 'lanes',
      title: 'A gRPC connection, frame by frame',
      says: `Read it from the left. **SETTINGS** open the connection. Stream 1 is a unary call: HEADERS and DATA up, HEADERS, DATA and a second HEADERS (the trailers, with \`grpc-status\`) down. Stream 3 answers with five messages; **WINDOW_UPDATE** allows more of them, and red is the time in which the backend had to wait for that. Stream 5 has metadata too large for one frame, so a **CONTINUATION** follows its HEADERS. Stream 7 waits, and meanwhile keepalive sends a **PING**${roundTrip === undefined ? '' : `, answered after ${roundTrip} ms`}; then the client cancels with **RST_STREAM**${canceled?.note === undefined ? '' : ` (${canceled.note})`}. At last the backend drains: **GOAWAY**.`,
      ...picture,
    },
    {
      kind: 'table',
      title: 'The same connection as a list',
      says: `All ${frames.length} frames. The capture file of this run is \`${texts['capture file'] ?? ''}\`, beside this report: open it in Wireshark (docs/guides/wireshark.md).${agreed}`,
      columns: [
        { title: '#', decimals: 0 },
        { title: 'at', unit: 'ms', decimals: 3 },
        { title: 'from' },
        { title: 'stream', decimals: 0 },
        { title: 'type' },
        { title: 'payload', unit: 'bytes', decimals: 0 },
        { title: 'what is in it' },
      ],
      rows: frames.map(({ number, atMs, from, stream, type, length, note = '' }): Cell[] => [
        ...[number, atMs, from, stream, type, length],
        note.length > 160 ? `${note.slice(0, 160)}…` : note,
      ]),
    },
  ]
}

function typesTable(grpc: Measured | undefined, plain: Measured | undefined): Section[] {
  if (grpc === undefined && plain === undefined) return []
  const never = FRAME_TYPES.filter((type) => !TYPES[type].byGrpc).join(' and ')
  return [
    {
      kind: 'table',
      title: 'Every frame type, and who sends it',
      says: `gRPC uses eight of the ten types. It never sends ${never}: they are from plain HTTP/2 connections of the same run.`,
      columns: [
        { title: 'type' },
        { title: 'code', decimals: 0 },
        { title: 'what it does' },
        { title: 'gRPC client', decimals: 0 },
        { title: 'gRPC server', decimals: 0 },
        { title: 'plain HTTP/2', decimals: 0 },
        { title: 'provoked by' },
      ],
      rows: FRAME_TYPES.map((type, code): Cell[] => [
        type,
        code,
        TYPES[type].does,
        ...(['client', 'server'] as const).map((from) => grpc && (grpc.figures[countName(from, type)] ?? 0)),
        plain && count(plain.figures, type),
        TYPES[type].provoked,
      ]),
    },
  ]
}
