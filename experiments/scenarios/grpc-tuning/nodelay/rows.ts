// The runs of the chapter that were measured: exchanges, calls through a relay, sockets.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { type Exchange, exchangeId } from './exchange.ts'
import { SOCKET_PROGRAMS, type SocketProgram, socketsId } from './programs.ts'
import { relayId } from './relay.ts'

interface TimedRow {
  readonly title: string
  readonly noDelay: boolean
  readonly rounds: readonly Measured[]
}

export interface ExchangeRow extends TimedRow {
  readonly over: Exchange['over']
}

const BOTH = [false, true]
const nameOf = (noDelay: boolean) => (noDelay ? 'TCP_NODELAY' : 'Nagle’s algorithm')

export function exchangeRows(results: Results): readonly ExchangeRow[] {
  return (['loopback', 'link'] as const).flatMap((over) =>
    BOTH.map((noDelay) => ({
      ...{ over, noDelay, title: `${over}, ${nameOf(noDelay)}` },
      rounds: roundsOf(results, exchangeId({ over, noDelay })),
    })).filter(({ rounds }) => rounds.length > 0),
  )
}

export function relayRows(results: Results): readonly TimedRow[] {
  return BOTH.map((noDelay) => ({
    ...{ noDelay, title: `gRPC, relay with ${nameOf(noDelay)}` },
    rounds: roundsOf(results, relayId(noDelay)),
  })).filter(({ rounds }) => rounds.length > 0)
}

export function socketRows(
  results: Results,
): readonly { readonly program: SocketProgram; readonly figures: Measured['figures'] }[] {
  return SOCKET_PROGRAMS.flatMap((program) => {
    const round = roundsOf(results, socketsId(program)).at(-1)
    return round ? [{ program, figures: round.figures }] : []
  })
}
