// What must hold of services on any machine: who picks a server, for what, and whose address the server sees.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { CALLS, callsTo, figureOver, OK, wayFigure } from '../turns/turn-results.ts'
import { peersOf } from './measure.ts'
import { EXPOSED, EXPOSED_IDS, peersRun, SERVERS, SERVICE_WAY_IDS, SERVICE_WAYS, SHARES_RUN } from './ways.ts'

export function checksOf(results: Results): readonly Check[] {
  const rounds = roundsOf(results, SHARES_RUN)
  return [
    check(
      'O8.6',
      'Every call to a service succeeds',
      (rounds.length === 0 ? [] : SERVICE_WAY_IDS).map((way) => {
        const [calls, ok] = [figureOver(rounds, way, CALLS), figureOver(rounds, way, OK)]
        return {
          fact: `${SERVICE_WAYS[way].title}: ${ok} of ${calls} calls`,
          holds: calls > 0 && ok === calls,
        }
      }),
    ),
    check(
      'O8.6',
      'Over a service address, one connection has one server; by a headless name, round_robin of one channel has both',
      rounds.flatMap(pinnedAndSpread),
    ),
    check(
      'O8.6',
      'The servers see the client’s address, except behind a NodePort that rewrites it',
      EXPOSED_IDS.flatMap((id) =>
        roundsOf(results, peersRun(id)).map((measured) => {
          const peers = peersOf(measured).join(', ')
          return { fact: `${EXPOSED[id].title}: ${peers}`, holds: peers === EXPOSED[id].seen }
        }),
      ),
    ),
  ]
}

/** Calls by server of each turn. */
export function sharesByTurn({ series = [] }: Measured, way: string): readonly (readonly number[])[] {
  const of = (server: string) =>
    series.find(({ name }) => name === wayFigure(way, callsTo(server)))?.points.map(([, calls]) => calls) ??
    []
  const [first = [], second = []] = SERVERS.map(of)
  return first.map((calls, turn) => [calls, second[turn] ?? 0])
}

function pinnedAndSpread(measured: Measured): readonly Finding[] {
  const text = (turns: readonly (readonly number[])[]) => turns.map((turn) => turn.join(' and ')).join('; ')
  const pinned = sharesByTurn(measured, 'address-1')
  const spread = sharesByTurn(measured, 'headless-round-robin-1')
  return [
    {
      fact: `service address, 1 connection: ${text(pinned)}`,
      holds: pinned.length > 0 && pinned.every((turn) => turn.filter((calls) => calls > 0).length === 1),
    },
    {
      fact: `headless, round_robin: ${text(spread)}`,
      holds: spread.length > 0 && spread.every((turn) => turn.every((calls) => calls > 0)),
    },
  ]
}
