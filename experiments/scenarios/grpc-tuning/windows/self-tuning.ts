// Servers in three languages with their defaults, over one link: whose window grows with what arrives.

import { facts } from '../../../../harness/facts.ts'
import { NEEDS_GO, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { linkedDataPeers } from '../data-peers/shared-data-peers.ts'
import { linkOf } from './cells.ts'

export const TUNING_RTT_MS = 20

export interface TuningServer {
  readonly title: string
  readonly needs: readonly Need[]
}

export const TUNING_SERVERS = {
  node: { title: 'grpc-js', needs: [] },
  go: { title: 'grpc-go', needs: [NEEDS_GO] },
  python: { title: 'grpcio (C-core)', needs: [NEEDS_PYTHON] },
} as const satisfies Readonly<Record<string, TuningServer>>

export type TuningName = keyof typeof TUNING_SERVERS

/** Loading grpcio takes longer than a quick run of all. */
export const TUNING_NAMES: Readonly<Record<ProfileName, readonly TuningName[]>> = {
  quick: ['node', 'go'],
  standard: ['node', 'go', 'python'],
  full: ['node', 'go', 'python'],
}

/** Messages in a row; each is as large as all servers accept by default, or smaller. */
const SERIES: Readonly<Record<ProfileName, { readonly messages: number; readonly bytes: number }>> = {
  quick: { messages: 8, bytes: 400_000 },
  standard: { messages: 8, bytes: 1_000_000 },
  full: { messages: 20, bytes: 4_000_000 },
}

export const tuningId = (name: TuningName): string => `windows.self-tuning.${name}`

export const SERIES_NAME = 'throughput by message'

export const TUNING_FIGURES = {
  first: 'throughput of the first message (Mbit/s)',
  last: 'throughput of the last message (Mbit/s)',
  fastestMs: 'fastest message (ms)',
  bytes: 'bytes of a message',
} as const

export async function measureSelfTuning(context: RunContext, name: TuningName): Promise<Measured> {
  const { link, peers } = await linkedDataPeers(context, linkOf(TUNING_RTT_MS))
  const target = name === 'node' ? await peers.open() : await startOther(name)
  const { messages, bytes } = SERIES[context.profile.name]
  const sizes = Array.from({ length: messages }, () => bytes)
  const { ms } = await peers.run('transfer', { target, direction: 'up', echo: true, bytes: sizes })
  const rates = ms.map((each) => (bytes * 8) / (each * 1_000))
  return facts({
    ...{ seconds: ms.reduce((sum, one) => sum + one, 0) / 1_000, bytes: messages * bytes },
    ...{ calls: messages, codes: { OK: messages } },
    figures: {
      [TUNING_FIGURES.first]: rates[0] ?? Number.NaN,
      [TUNING_FIGURES.last]: rates.at(-1) ?? Number.NaN,
      [TUNING_FIGURES.fastestMs]: Math.min(...ms),
      [TUNING_FIGURES.bytes]: bytes,
    },
    series: [
      {
        name: SERIES_NAME,
        unit: 'Mbit/s',
        points: rates.map((rate, at): [number, number] => [at + 1, rate]),
      },
    ],
  })

  async function startOther(language: Exclude<TuningName, 'node'>): Promise<string> {
    const { namespace, ip } = link.far
    const started = await startGrpcServer(namespace.starterIn(context.group), context.folder, {
      ...{ language, name: `${language} server`, listen: `${ip}:0` },
    })
    return started.listening
  }
}
