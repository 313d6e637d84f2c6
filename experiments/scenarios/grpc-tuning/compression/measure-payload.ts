// The same payload with gzip and without, in turns: bytes on the wire, CPU time of both sides, and latency.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { ENCODINGS, type Encoding } from '../../../../testbed/data-peers/compressible/job.ts'
import type { DataPeers } from '../../../../testbed/data-peers/start-data-peers.ts'
import { addUp, decodeHistogram, encodeHistogram, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { linkedDataPeers, loopbackDataPeers } from '../data-peers/shared-data-peers.ts'
import { blockSeconds, LINK_RTT_MS, type LinkCell, PASSES, type PayloadCell } from './cells.ts'

export const figuresOf = (encoding: Encoding) => ({
  wire: `${encoding}: to the server (bytes a call)`,
  client: `${encoding}: CPU of the client (µs a call)`,
  server: `${encoding}: CPU of the server (µs a call)`,
  p50: `${encoding}: p50 (ms)`,
  least: `${encoding}: shortest call (ms)`,
})

export async function measurePayload(context: RunContext, cell: PayloadCell): Promise<Measured> {
  return await measureBoth(context, await loopbackDataPeers(context), cell)
}

export async function measureOverLink(context: RunContext, cell: LinkCell): Promise<Measured> {
  const { mbitPerSecond } = cell
  const { peers } = await linkedDataPeers(context, { rttMs: LINK_RTT_MS, mbitPerSecond })
  return await measureBoth(context, peers, cell)
}

class Sum {
  calls = 0
  made = 0
  seconds = 0
  clientMs = 0
  serverMs = 0
  bytes = 0
  readonly codes: Record<string, number> = {}
  readonly latencies: string[] = []
}

async function measureBoth(
  { profile }: RunContext,
  peers: DataPeers,
  { kind, bytes }: PayloadCell,
): Promise<Measured> {
  const target = await peers.open()
  const sums: Readonly<Record<Encoding, Sum>> = { identity: new Sum(), gzip: new Sum() }
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const encoding of ENCODINGS) {
      const sum = sums[encoding]
      const before = await peers.read(target)
      const options = { target, encoding, kind, bytes, seconds: blockSeconds(profile) }
      const { calls, made, seconds, cpuMs, writtenBytes, codes, latency } = await peers.run(
        'sendCompressible',
        options,
      )
      const after = await peers.read(target)
      sum.calls += calls
      sum.made += made
      sum.seconds += seconds
      sum.clientMs += cpuMs
      sum.serverMs += after.cpuMs - before.cpuMs
      sum.bytes += writtenBytes
      for (const [code, count] of Object.entries(codes)) sum.codes[code] = (sum.codes[code] ?? 0) + count
      sum.latencies.push(latency)
    }
  }
  const histograms = ENCODINGS.map(
    (encoding) => [encoding, addUp(sums[encoding].latencies.map(decodeHistogram))] as const,
  )
  const all = Object.values(sums)
  const codes: Record<string, number> = {}
  for (const one of all) {
    for (const [code, count] of Object.entries(one.codes)) codes[code] = (codes[code] ?? 0) + count
  }
  return facts({
    ...{ seconds: all.reduce((sum, { seconds }) => sum + seconds, 0), codes },
    calls: all.reduce((sum, { made }) => sum + made, 0),
    histograms: Object.fromEntries(histograms.map(([encoding, one]) => [encoding, encodeHistogram(one)])),
    figures: Object.fromEntries(
      histograms.flatMap(([encoding, histogram]) => {
        const { calls, made, clientMs, serverMs, bytes: wire } = sums[encoding]
        const names = figuresOf(encoding)
        return [
          [names.wire, wire / calls],
          [names.client, (1_000 * clientMs) / calls],
          [names.server, (1_000 * serverMs) / made],
          [names.p50, quantileMs(histogram, 0.5)],
          [names.least, quantileMs(histogram, 0)],
        ]
      }),
    ),
  })
}
