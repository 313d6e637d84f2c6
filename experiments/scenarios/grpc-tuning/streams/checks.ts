// What must hold of concurrent streams on any machine: counts that follow from the limits.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { DEADLINE, DEADLINE_FIGURES, DEADLINE_TEXTS } from './deadline.ts'
import { FIGURES } from './measure-way.ts'
import { POOL_DELAY_MS, POOL_FIGURES, POOL_LIMIT } from './pools.ts'
import { measuredPools, measuredWays } from './rows.ts'
import { CALLS, LIMIT, type Way } from './ways.ts'

const ROW = 'O7.2'

/** Timers of Node may fire a millisecond early. */
const LEAST_DELAY_MS = POOL_DELAY_MS - 1

export function checksOf(results: Results): readonly Check[] {
  const ways = measuredWays(results)
  const some = (isWanted: (way: Way) => boolean) => ways.filter(({ way }) => isWanted(way))
  const isLimited = ({ most }: Way) => most === LIMIT
  return [
    check(
      ROW,
      'Past the limit of a connection calls wait, and none fails',
      some(isLimited).flatMap(({ way, rounds }) => rounds.flatMap((round) => atOnce(way, round))),
    ),
    check(
      ROW,
      'Without the limit, or with enough connections, all calls run at once',
      some((way) => !isLimited(way)).flatMap(({ way, rounds }) =>
        rounds.flatMap((round) => atOnce(way, round)),
      ),
    ),
    check(
      ROW,
      'A gRPC client opens one connection for an address and an Envoy as many as the calls need',
      ways.flatMap(({ way, rounds }) => rounds.map((round) => opened(way, round))),
    ),
    check(
      ROW,
      'A call whose deadline ends while it waits for a stream never reaches the server',
      roundsOf(results, DEADLINE).flatMap(deadlineFindings),
    ),
    check(
      ROW,
      'Every call of a pool is answered, over as many connections as it has channels',
      measuredPools(results).flatMap(({ title, channels, rounds }) =>
        rounds.map(({ calls, codes, figures }) => ({
          fact: `${title}: ${codes.OK ?? 0} of ${calls}, ${figures[POOL_FIGURES.connections]} connections`,
          holds: calls > 0 && codes.OK === calls && figures[POOL_FIGURES.connections] === channels,
        })),
      ),
    ),
    check(
      ROW,
      'No pool has more calls at the server, or answers more, than the limits of its connections allow',
      measuredPools(results)
        .filter(({ kind }) => kind === 'limited')
        .flatMap(({ title, channels, rounds }) =>
          rounds.map((round) => withinLimits(title, channels, round)),
        ),
    ),
  ]
}

function atOnce({ title, most }: Way, { codes, figures }: Measured): readonly Finding[] {
  const seen = figures[FIGURES.most]
  return [
    {
      fact: `${title}: ${codes.OK ?? 0} of ${CALLS} calls, ${seen} at once`,
      holds: codes.OK === CALLS && seen === most,
    },
  ]
}

function opened({ title, connections }: Way, { figures }: Measured): Finding {
  const count = figures[FIGURES.connections] ?? 0
  return {
    fact: `${title}: ${count}`,
    holds: 'exactly' in connections ? count === connections.exactly : count >= connections.atLeast,
  }
}

function deadlineFindings({ figures, texts = {} }: Measured): readonly Finding[] {
  const [queued, own] = [figures[DEADLINE_FIGURES.queued], figures[DEADLINE_FIGURES.own]]
  return [
    {
      fact: `${texts[DEADLINE_TEXTS.queued]}, and ${queued} calls had reached a server with a limit of ${LIMIT}`,
      holds: texts[DEADLINE_TEXTS.queued] === 'DEADLINE_EXCEEDED' && queued === LIMIT,
    },
    {
      fact: `on a connection of its own: ${texts[DEADLINE_TEXTS.own]}, and ${own} calls had`,
      holds: texts[DEADLINE_TEXTS.own] === 'OK' && own === LIMIT + 1,
    },
  ]
}

function withinLimits(title: string, channels: number, { calls, seconds, figures }: Measured): Finding {
  const places = channels * POOL_LIMIT
  // Those under way when the window begins end in it too.
  const allowed = Math.ceil(((seconds * 1_000) / LEAST_DELAY_MS + 1) * places)
  const most = figures[POOL_FIGURES.most] ?? Number.NaN
  return {
    fact: `${title}: ${most} of ${places} at once, ${calls} of ${allowed} calls`,
    holds: most <= places && calls <= allowed,
  }
}
