// What must hold of Envoy's workers, on any machine: which of them have connections, and so which servers they reach.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { totalOver } from '../../../../harness/statistics/rounds.ts'
import { reachedOf } from './crew-checks.ts'
import { acceptedOf, measuredEnvoys } from './measured-envoys.ts'

const ROW = 'O7.8'

export function envoyChecks(results: Results): readonly Check[] {
  const envoys = measuredEnvoys(results)
  const rounds = envoys.flatMap(({ name, workers, connections, rounds: all }) =>
    all.map((round) => ({ name, connections, round, accepted: acceptedOf(workers, round) })),
  )
  return [
    check(
      ROW,
      'Every call through an Envoy is answered, however many workers it has',
      envoys.map(({ name, rounds: all }) => {
        const [calls, failed] = [totalOver(all, (round) => round.calls), totalOver(all, failedOf)]
        return { fact: `${name}: ${failed} of ${calls} calls failed`, holds: calls > 0 && failed === 0 }
      }),
    ),
    check(
      ROW,
      'A connection has one worker of an Envoy: all of them together have as many as the client opened',
      rounds.map(({ name, connections, accepted }) => ({
        fact: `${name}: ${accepted.join(' and ')}`,
        holds: accepted.reduce((sum, one) => sum + one, 0) === connections,
      })),
    ),
    check(
      ROW,
      'A worker has one connection to a server address, so that calls reach at most as many server processes as workers have connections',
      rounds.map(({ name, round: { shares = {} }, accepted }) => {
        const [reached, working] = [reachedOf(shares), accepted.filter((one) => one > 0).length]
        return { fact: `${name}: ${reached} by ${working}`, holds: reached >= 1 && reached <= working }
      }),
    ),
  ]
}
