// Who noticed a silent peer, as rows: what was set, what follows from it, and what was measured.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { ENVOY, ENVOY_KEEPALIVE, ENVOY_WATCHED } from './envoy.ts'
import { ASKED, LANGUAGE_CLIENTS, LANGUAGES } from './languages.ts'
import {
  howText,
  noticedFigure,
  RETRIES,
  retransmissionMs,
  retriesId,
  type Silence,
  silenceId,
  TCP_VARIANT,
  WATCHED,
} from './silence.ts'
import { type Keepalive, predictedOf, variantsOf } from './variants.ts'

export interface NoticedRow {
  readonly title: string
  /** How the peer went silent. */
  readonly peer: string
  /** In milliseconds: what the settings say; undefined: never. */
  readonly predicted: readonly [number, number] | undefined
  /** By round, in milliseconds; empty where nobody noticed. */
  readonly noticed: readonly number[]
  readonly watched: readonly number[]
  /** What the program saw. */
  readonly how: string | undefined
}

const PEERS: Readonly<Record<Silence, string>> = { link: 'packets are lost', process: 'process is stopped' }

/** Who pings a peer: grpc-js, as a client and as a server. */
export function silenceRows(results: Results, silence: Silence): readonly NoticedRow[] {
  const rounds = roundsOf(results, silenceId(silence))
  if (rounds.length === 0) return []
  return variantsOf(results.profile.name)
    .filter(({ of }) => silence === 'link' || of !== 'server')
    .map((variant) => ({
      ...rowOf(rounds, variant.id, variant.title),
      ...{ peer: PEERS[silence], predicted: predictedOf(variant) },
    }))
}

/** TCP, which notices what it can't send. */
export function retransmissionRows(results: Results): readonly (NoticedRow & { readonly retries: number })[] {
  return RETRIES[results.profile.name].flatMap((retries) => {
    const rounds = roundsOf(results, retriesId(retries))
    if (rounds.length === 0) return []
    const title = `new calls, no keepalive, \`tcp_retries2\` = ${retries}`
    const predicted = [retransmissionMs(retries), retransmissionMs(retries + 1)] as const
    return [{ ...rowOf(rounds, TCP_VARIANT, title), peer: PEERS.link, predicted, retries }]
  })
}

export function languageRows(results: Results): readonly NoticedRow[] {
  const rounds = roundsOf(results, LANGUAGES)
  if (rounds.length === 0) return []
  return LANGUAGE_CLIENTS.map(({ language, title, effective }) => ({
    ...rowOf(
      rounds,
      language,
      `${title}, a call in flight, asked for ${ASKED.timeMs} ms + ${ASKED.timeoutMs} ms`,
    ),
    ...{ peer: PEERS.link, predicted: rangeOf(effective) },
  }))
}

export function envoyRows(results: Results): readonly NoticedRow[] {
  const rounds = roundsOf(results, ENVOY)
  if (rounds.length === 0) return []
  const { timeMs, timeoutMs } = ENVOY_KEEPALIVE
  const kept = `\`http2.keepalive\` ${timeMs} ms + ${timeoutMs} ms`
  const row = (id: string, title: string, predicted: NoticedRow['predicted']) => ({
    ...rowOf(rounds, id, title, ENVOY_WATCHED),
    ...{ peer: PEERS.process, predicted },
  })
  return [
    row('server', `Envoy, to a server, ${kept}`, rangeOf(ENVOY_KEEPALIVE)),
    row('server-none', 'Envoy, to a server, no keepalive', undefined),
    row('client', `Envoy, to a client, ${kept}`, rangeOf(ENVOY_KEEPALIVE)),
    row('client-none', 'Envoy, to a client, no keepalive', undefined),
  ]
}

const rangeOf = ({ timeMs, timeoutMs }: Keepalive) => [timeoutMs, timeMs + timeoutMs] as const

function rowOf(rounds: readonly Measured[], id: string, title: string, watched: string = WATCHED) {
  return {
    title,
    noticed: rounds.flatMap(({ figures }) => figures[noticedFigure(id)] ?? []),
    watched: rounds.flatMap(({ figures }) => figures[watched] ?? []),
    how: rounds.at(-1)?.texts?.[howText(id)],
  }
}
