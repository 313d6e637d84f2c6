// Expected against measured: the rules of thumb for each distance, and what a socket, Go and Node take of them.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { NEEDS_GHZ } from '../../../../harness/compare-loaders.ts'
import { NEEDS_GO } from '../../../../harness/needs.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { roundsOf, totalOver } from '../../../../harness/statistics/rounds.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import { needsOf } from '../ends.ts'
import { measureExpected, secondsOf } from './measure.ts'
import { MEASURED } from './ranges.ts'
import { expectedId, sectionsOf } from './sections.ts'

/** With fewer rounds there is no t-interval. */
const ROUNDS = 3
/** Of the clients, and of the socket echo. */
const START_SECONDS = 0.9

export const EXPECTED_CHAPTER: Chapter = {
  title: 'Expected and measured',
  runs: (profile) =>
    TRANSPORTS.filter(({ id }) => MEASURED[profile.name].includes(id)).map((transport) => ({
      id: expectedId(transport.id),
      labels: { transport: transport.title, client: 'socket, and ghz with a server in Go' },
      needs: [NEEDS_GO, NEEDS_GHZ, ...needsOf(transport)],
      ...(transport.emulates !== undefined && { emulates: transport.emulates }),
      ...(profile.name !== 'full' && { rounds: ROUNDS }),
      seconds: START_SECONDS + 2.5 * secondsOf(profile, transport),
      measure: (context) => measureExpected(context, transport),
    })),
  checks: (results) => [
    check(
      'O8.24',
      'The client and the server in Go answer every call over each transport',
      TRANSPORTS.flatMap(({ id, title }) => {
        const rounds = roundsOf(results, expectedId(id))
        if (rounds.length === 0) return []
        const [calls, failed] = [totalOver(rounds, (round) => round.calls), totalOver(rounds, failedOf)]
        const fact = `${title}: ${failed} of ${calls} calls failed`
        return [{ fact, holds: calls === 0 ? undefined : failed === 0 }]
      }),
    ),
  ],
  sections: sectionsOf,
}
