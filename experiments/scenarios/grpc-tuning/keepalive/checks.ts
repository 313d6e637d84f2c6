// What must hold of keepalive on any machine: who counts pings, who notices a silent peer at all, and that nobody does too early.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { CALM_FIGURES, CALM_TEXTS, CALM_TIMES, type CalmConnection, type CalmName, calmId } from './calm.ts'
import { STILL } from './envoy.ts'
import { envoyRows, languageRows, type NoticedRow, retransmissionRows, silenceRows } from './rows.ts'
import { CALLS_AFTER, silenceId } from './silence.ts'
import {
  answeredFigure,
  goAwayText,
  NONE,
  PINGED_SERVERS,
  PINGS,
  type PingedServer,
  type Rate,
  strikesId,
  TOO_MANY,
} from './strikes.ts'

const ROW = 'O7.1'
/** Timers of Node may fire a millisecond early, and clocks of two processes are read to the millisecond. */
const SLACK_MS = 3

export function checksOf(results: Results): readonly Check[] {
  const counting = PINGED_SERVERS.filter(({ allowedBy }) => allowedBy !== undefined)
  const others = PINGED_SERVERS.filter(({ allowedBy }) => allowedBy === undefined)
  const silent = [
    ...silenceRows(results, 'process'),
    ...silenceRows(results, 'link'),
    ...languageRows(results),
    ...envoyRows(results),
    ...retransmissionRows(results),
  ]
  return [
    check(
      ROW,
      'A server that counts pings ends the connection of a client that pings without a pause, with a call and without',
      counting.flatMap((server) =>
        (['busy', 'idle'] as const).flatMap((rate) => pingFindings(results, server, rate, TOO_MANY)),
      ),
    ),
    check(
      ROW,
      'The same number of pings at a rate that the server allows, or to a server that does not count, does no harm',
      [
        ...counting.flatMap((server) => pingFindings(results, server, 'allowed', NONE)),
        ...others.flatMap((server) => pingFindings(results, server, 'busy', NONE)),
      ],
    ),
    check(
      ROW,
      'grpc-js doubles its keepalive time with each too_many_pings, until the server leaves it in peace',
      (['often', 'allowed'] as const).flatMap((name) =>
        roundsOf(results, calmId(name)).flatMap((round) => calmFindings(name, round)),
      ),
    ),
    check(
      ROW,
      'With a keepalive a silent peer is noticed, and not before the settings allow',
      silent.filter(({ predicted }) => predicted !== undefined).map(noticedFinding),
    ),
    check(
      ROW,
      'Without one nobody notices a silent peer, however long it was watched',
      silent.filter(({ predicted }) => predicted === undefined).map(unnoticedFinding),
    ),
    check(
      ROW,
      'Deadlines end calls over a dead connection, and each new call goes to it again',
      (['process', 'link'] as const).flatMap((silence) =>
        roundsOf(results, silenceId(silence)).map(deadlineFinding),
      ),
    ),
  ]
}

function pingFindings(
  results: Results,
  server: PingedServer,
  rate: Rate,
  goAway: string,
): readonly Finding[] {
  return roundsOf(results, strikesId(server)).map(({ figures, texts = {} }) => {
    const answered = figures[answeredFigure(rate)] ?? Number.NaN
    const isEnough = goAway === NONE ? answered === PINGS : answered < PINGS
    return {
      fact: `${server.title}, ${rate}: ${answered} of ${PINGS} answered, GOAWAY: ${texts[goAwayText(rate)]}`,
      holds: texts[goAwayText(rate)] === goAway && isEnough,
    }
  })
}

function calmFindings(name: CalmName, { figures, texts = {} }: Measured): readonly Finding[] {
  const connections: readonly CalmConnection[] = JSON.parse(texts[CALM_TEXTS.connections] ?? '[]')
  const goAways = figures[CALM_FIGURES.goAways] ?? Number.NaN
  const pauses = connections.map(({ leastPauseMs = Number.POSITIVE_INFINITY }, at) => ({
    leastPauseMs,
    asked: CALM_TIMES[name] * 2 ** at,
  }))
  const pausesText = pauses.map(({ leastPauseMs }) => `${leastPauseMs.toFixed(0)} ms`).join(', ')
  return [
    {
      fact: `keepalive ${CALM_TIMES[name]} ms: ${goAways} GOAWAYs, ${figures[CALM_FIGURES.lost]} calls lost, then none`,
      holds:
        (name === 'often') === goAways > 0 &&
        goAways === figures[CALM_FIGURES.lost] &&
        connections.at(-1)?.goAway === undefined,
    },
    {
      fact: `the shortest pause between two pings of each connection: ${pausesText}`,
      holds: pauses.every(({ leastPauseMs, asked }) => leastPauseMs >= asked - SLACK_MS),
    },
  ]
}

function noticedFinding({ title, peer, predicted, noticed }: NoticedRow): Finding {
  const [earliest = 0] = predicted ?? []
  return {
    fact: `${title}, ${peer}: ${noticed.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}, not before ${earliest} ms`,
    holds: noticed.length > 0 && noticed.every((ms) => ms >= earliest - SLACK_MS),
  }
}

function unnoticedFinding({ title, peer, noticed, watched, how }: NoticedRow): Finding {
  return {
    fact: `${title}, ${peer}: not within ${Math.min(...watched)} ms`,
    holds: noticed.length === 0 && watched.length > 0 && (how === undefined || how === STILL),
  }
}

/** An answer may have been on its way when the peer went silent. */
function deadlineFinding({ texts = {} }: Measured): Finding {
  const { OK = 0, ...others }: Record<string, number> = JSON.parse(texts[CALLS_AFTER] ?? '{}')
  const { DEADLINE_EXCEEDED = 0, ...wrong } = others
  return {
    fact: `${DEADLINE_EXCEEDED} calls in turn: DEADLINE_EXCEEDED`,
    holds: DEADLINE_EXCEEDED > 1 && OK <= 1 && Object.keys(wrong).length === 0,
  }
}
