// What to do about copies, each with its condition and the figure of this run.

import { spreadOf } from '../../../../harness/statistics/rounds.ts'
import type { CopyWayName } from '../../../../testbed/data-peers/copies/ways.ts'
import { doubtOf } from '../data-peers/doubt.ts'
import { type Ledger, timesCopied } from './checks.ts'
import { cpuByRound, type MeasuredCopies } from './measured.ts'

/** The median over rounds. */
const cpuOf = (one: MeasuredCopies) => spreadOf(cpuByRound(one)).median
const sizeOf = ({ bytes }: MeasuredCopies) => (bytes >= 1_048_576 ? '1 MiB' : '64 KiB')

export function recommendationsOf(
  copies: readonly MeasuredCopies[],
  ledgers: readonly Ledger[],
): readonly string[] {
  return [...aboutLayers(copies), ...aboutViews(ledgers), ...aboutChunks(copies)]
}

const find = (copies: readonly MeasuredCopies[], way: CopyWayName, bytes: number) =>
  copies.find((one) => one.way === way && one.bytes === bytes)

function aboutLayers(copies: readonly MeasuredCopies[]): readonly string[] {
  return [...new Set(copies.map(({ bytes }) => bytes))].slice(-1).flatMap((bytes) => {
    const [raw, http2, grpc, protobuf] = (['raw', 'http2', 'grpc', 'protobuf'] as const).map((way) =>
      find(copies, way, bytes),
    )
    if (raw === undefined || http2 === undefined || grpc === undefined || protobuf === undefined) return []
    const figures = [
      `${cpuOf(raw).toFixed(2)} ns of CPU on both sides over a socket alone`,
      `${cpuOf(http2).toFixed(2)} by HTTP/2`,
      `${cpuOf(grpc).toFixed(2)} by grpc-js with bytes as they are`,
      `${cpuOf(protobuf).toFixed(2)} with protobuf-es`,
    ]
    return [
      `**Large payloads cost by the byte.** With ${sizeOf(grpc)} a call, a byte cost ${figures.join(', ')}. Where bytes are only passed on (a proxy, a store of files), a serializer that passes Buffers through saves what protobuf adds: ${(cpuOf(protobuf) - cpuOf(grpc)).toFixed(2)} ns a byte, ${(100 * (1 - cpuOf(grpc) / cpuOf(protobuf))).toFixed(0)} %.${doubtOf(cpuByRound(grpc), cpuByRound(protobuf))}`,
    ]
  })
}

function aboutViews(ledgers: readonly Ledger[]): readonly string[] {
  const [plain, view, copy] = (['grpc', 'protobuf', 'protobuf-copy'] as const).map((name) =>
    ledgers.find((one) => one.name === name),
  )
  if (plain === undefined || view === undefined || copy === undefined) return []
  const [least, some, most] = [plain, view, copy].map((one) => timesCopied(one).toFixed(0))
  return [
    `**Wrap what \`toBinary\` gives, and don't copy it.** The library grpc-js wants a Buffer, and \`Buffer.from(bytes)\` copies where \`Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)\` makes a view. In JavaScript alone, a payload was copied ${least} times without protobuf, ${some} with a view, and ${most} with \`Buffer.from(bytes)\`.`,
  ]
}

function aboutChunks(copies: readonly MeasuredCopies[]): readonly string[] {
  const chunks = copies.find(({ way }) => way === 'chunks')
  const whole = chunks && find(copies, 'grpc', chunks.bytes)
  if (chunks === undefined || whole === undefined) return []
  const [a, b] = [cpuOf(whole), cpuOf(chunks)]
  const result =
    b < a ? `${(100 * (1 - b / a)).toFixed(0)} % less` : `${(100 * (b / a - 1)).toFixed(0)} % more`
  return [
    `**Chunks bound memory.** No side holds more than a few of them, where a message is whole in memory on both, and again while it is joined. ${sizeOf(whole)} as a stream of 64 KiB each cost ${b.toFixed(2)} ns a byte, ${result} than one message (${a.toFixed(2)}).${doubtOf(cpuByRound(whole), cpuByRound(chunks))}`,
  ]
}
