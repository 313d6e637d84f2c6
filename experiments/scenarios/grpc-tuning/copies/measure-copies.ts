// CPU time of a byte by each way, with the garbage collections that its copies cost; and the ledger of copies.

import { facts } from '../../../../harness/facts.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { Copy } from '../../../../testbed/data-peers/copies/watch-copies.ts'
import { COPY_WAY_NAMES, COPY_WAYS, type CopyWayName } from '../../../../testbed/data-peers/copies/ways.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import { loopbackDataPeers } from '../data-peers/shared-data-peers.ts'

export const PAYLOADS = [65_536, 1_048_576] as const

/** Larger than any payload, so that no sender waits for a window. */
export const WINDOW_BYTES = 4 * 1_048_576

export interface CopyCell {
  readonly way: CopyWayName
  readonly bytes: number
}

/** A payload of one chunk is no stream of chunks. */
export const COPY_CELLS: readonly CopyCell[] = PAYLOADS.flatMap((bytes) =>
  COPY_WAY_NAMES.map((way) => ({ way, bytes })),
).filter(({ way, bytes }) => way !== 'chunks' || bytes > PAYLOADS[0])

export const copyId = ({ way, bytes }: CopyCell): string => `copies.${way}.${bytes / 1_024}-KiB`

export const FIGURES = {
  rate: 'throughput (MB/s)',
  client: 'CPU of the client (ns a byte)',
  server: 'CPU of the server (ns a byte)',
  collections: 'garbage collections of both (for 100 MB)',
  sent: 'bytes of payload',
  arrived: 'bytes at the server',
} as const

export function secondsOf({ name }: Pick<Profile, 'name'>) {
  if (name === 'quick') return { warmUpSeconds: 0.03, seconds: 0.1 }
  return name === 'standard' ? { warmUpSeconds: 0.3, seconds: 0.7 } : { warmUpSeconds: 2, seconds: 10 }
}

export async function measureCopies(context: RunContext, { way, bytes }: CopyCell): Promise<Measured> {
  const peers = await loopbackDataPeers(context)
  const { server } = COPY_WAYS[way]
  const target = await peers.open({ kind: server, window: WINDOW_BYTES })
  const before = await peers.read(target)
  const sent = await peers.run('sendPayloads', { target, way, bytes, ...secondsOf(context.profile) })
  const after = await peers.read(target)
  const { calls, made, seconds, cpuMs, latency } = sent
  // The server counts from before the warm-up, so its cost is over all calls.
  const [timed, all] = [calls * bytes, made * bytes]
  const collections = after.collections - before.collections
  return facts({
    ...{ seconds, calls, codes: { OK: calls }, bytes: timed, histograms: { service: latency } },
    figures: {
      [FIGURES.rate]: timed / seconds / 1e6,
      [FIGURES.client]: (1e6 * cpuMs) / timed,
      [FIGURES.server]: (1e6 * (after.cpuMs - before.cpuMs)) / all,
      [FIGURES.collections]: 1e8 * (sent.collections / timed + collections / all),
      [FIGURES.sent]: all,
      [FIGURES.arrived]: after.bytesIn - before.bytesIn,
    },
  })
}

export const LEDGERS = {
  grpc: 'grpc-js, bytes as they are',
  protobuf: 'with protobuf-es, wrapped as a view',
  'protobuf-copy': 'with protobuf-es, wrapped by Buffer.from(bytes)',
} as const
export type LedgerName = keyof typeof LEDGERS
export const LEDGER_NAMES = Object.keys(LEDGERS) as readonly LedgerName[]
export const LEDGER_BYTES = PAYLOADS[1]

export const ledgerId = (name: LedgerName): string => `copies.ledger.${name}`

export async function measureLedger({ group }: RunContext, name: LedgerName): Promise<Measured> {
  const program = group.start({
    name: 'ledger of copies',
    command: process.execPath,
    args: [sourceFile('testbed/data-peers/copies/ledger-main.ts'), ...[name, String(LEDGER_BYTES)]],
    ready: (line) => parseReady<{ readonly copies: readonly Copy[] }>(line, 'copies')?.copies,
  })
  const copies = await program.ready
  await program.exited
  return facts({
    ...{ calls: 1, codes: { OK: 1 }, bytes: LEDGER_BYTES },
    texts: { copies: JSON.stringify(copies) },
  })
}
