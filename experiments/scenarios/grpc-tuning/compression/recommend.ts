// When to compress, each with its condition and the figure of this run.

import type { Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { KINDS } from '../../../../testbed/data-peers/compressible/payloads.ts'
import { BOMB, bombId } from './bomb.ts'
import { LINK_RTT_MS } from './cells.ts'
import { figureOf, type MeasuredPayload, type measuredLinks, paysBelow } from './measured.ts'

type Links = ReturnType<typeof measuredLinks>

const MIB = 1_048_576
/** A gain below it is not worth a setting. */
const WORTH = 0.1
const FAST_MBIT = 10_000

export const savedShare = ({ identity, gzip }: MeasuredPayload): number => 1 - gzip.wire / identity.wire

export const sizeText = (bytes: number): string =>
  bytes >= MIB ? `${bytes / MIB} MiB` : bytes >= 1_024 ? `${bytes / 1_024} KiB` : `${bytes} bytes`

export function bandwidthText(mbit: number): string {
  if (mbit === 0) return 'never'
  if (mbit === Number.POSITIVE_INFINITY) return 'any'
  if (mbit >= 1_000) return `${(mbit / 1_000).toFixed(1)} Gbit/s`
  return `${mbit.toFixed(mbit < 10 ? 1 : 0)} Mbit/s`
}

export function recommendationsOf(
  results: Results,
  payloads: readonly MeasuredPayload[],
  links: Links,
): readonly string[] {
  return [
    ...whereItPays(payloads),
    ...whereItDoesNot(payloads),
    ...forSmall(payloads),
    ...onLinks(links),
    ...(payloads.length > 0 ? [HOW] : []),
    ...forBombs(results),
  ]
}

const HOW =
  'In grpc-js, a channel compresses its requests with `grpc.default_compression_algorithm: compressionAlgorithms.gzip`, unless the server has said in `grpc-accept-encoding` that it takes none. A **call** without it needs an interceptor that sends the message with the flag `NoCompress`, or a second channel. **Servers of grpc-js compress no answer.** Clients of it decompress what servers in other languages compress; in Node, the application has to compress a field itself. An Envoy does not help: it compresses gRPC-Web and JSON (`filters.compression`), and no gRPC, whose messages have an encoding of their own. In grpc-go and grpcio a call chooses (`UseCompressor("gzip")`, `compression=grpc.Compression.Gzip`), on servers too.'

function whereItPays(payloads: readonly MeasuredPayload[]): readonly string[] {
  const largest = Math.max(...payloads.map(({ bytes }) => bytes))
  const own = payloads.filter((one) => one.bytes === largest && savedShare(one) > WORTH)
  if (own.length === 0) return []
  const told = own.map((one) => {
    const cost = one.gzip.client + one.gzip.server - one.identity.client - one.identity.server
    return `${KINDS[one.kind]}: ${(100 * savedShare(one)).toFixed(0)} % less, ${(cost / 1_000).toFixed(1)} ms more CPU on both sides, faster below ${bandwidthText(paysBelow(one))}`
  })
  const all = own.map(paysBelow).filter(Number.isFinite)
  const lan =
    all.length > 0 && Math.max(...all) < FAST_MBIT
      ? ' Within a data center, leave it off: networks there are faster than each of these, and the CPU time is lost.'
      : ''
  return [
    `**Compress what shrinks, where bandwidth is below what gzip keeps up with.** For ${sizeText(largest)}: ${told.join('; ')}.${lan}`,
  ]
}

function whereItDoesNot(payloads: readonly MeasuredPayload[]): readonly string[] {
  const own = payloads.filter((one) => one.bytes >= 1_024 && one.gzip.wire > one.identity.wire)
  const [worst] = own.toSorted((a, b) => b.bytes - a.bytes)
  if (worst === undefined) return []
  const kinds = [...new Set(own.map(({ kind }) => KINDS[kind]))]
  const more = worst.gzip.wire - worst.identity.wire
  const cost = (worst.gzip.client + worst.gzip.server) / (worst.identity.client + worst.identity.server)
  return [
    `**Never compress ${kinds.join(' or ')}.** Messages get larger: ${sizeText(worst.bytes)} of ${KINDS[worst.kind]} became ${more.toFixed(0)} bytes more, for ${cost.toFixed(1)} times the CPU time. Images, archives, ciphertext and keys are such.`,
  ]
}

function forSmall(payloads: readonly MeasuredPayload[]): readonly string[] {
  const least = Math.min(...payloads.map(({ bytes }) => bytes))
  const text = payloads.find(({ kind, bytes }) => kind === 'text' && bytes === least)
  const first = payloads.find((one) => one.kind === 'text' && savedShare(one) > WORTH)
  if (text === undefined || first === undefined || first === text) return []
  const cost = text.gzip.client + text.gzip.server - text.identity.client - text.identity.server
  return [
    `**Leave small messages as they are.** Of ${sizeText(least)} of text, gzip made ${text.identity.wire.toFixed(0)} bytes on the wire ${text.gzip.wire.toFixed(0)}, for ${cost.toFixed(0)} µs of CPU a call. The first size of this run that saved more than ${(100 * WORTH).toFixed(0)} % was ${sizeText(first.bytes)}.`,
  ]
}

function onLinks(links: Links): readonly string[] {
  const told = links.map(({ kind, mbitPerSecond, identity, gzip }) => {
    const result = `${identity.p50.toFixed(1)} ms without, ${gzip.p50.toFixed(1)} ms with gzip`
    return `${KINDS[kind]} at ${mbitPerSecond} Mbit/s: ${result}`
  })
  if (links.length === 0) return []
  return [
    `**Over a slow link, bytes decide.** Over a link of ${LINK_RTT_MS} ms with ${sizeText(links[0]?.bytes ?? 0)} a call: ${told.join('; ')}.`,
  ]
}

function forBombs(results: Results): readonly string[] {
  const [limited, unlimited] = (['limited', 'unlimited'] as const).map((name) =>
    roundsOf(results, bombId(name)).at(-1),
  )
  if (limited === undefined || unlimited === undefined) return []
  const [plain, wire] = [figureOf(limited, BOMB.plain), figureOf(limited, BOMB.wire)]
  return [
    `**Keep the limit for received messages.** It counts what a message has after decompression. ${(wire / 1_024).toFixed(0)} KiB on the wire grew to ${(plain / MIB).toFixed(0)} MiB; a server with the default of 4 MiB stopped there with RESOURCE_EXHAUSTED, after ${figureOf(limited, BOMB.serverCpu).toFixed(1)} ms of CPU, and one without a limit took all of it, for ${figureOf(unlimited, BOMB.serverCpu).toFixed(1)} ms.`,
  ]
}
