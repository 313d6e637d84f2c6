// Rich error details: sent and read, how large they may be, and what a client does with them.

import type { Chapter } from '../../../../harness/chapter.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { WAYS } from '../statuses/way.ts'
import { checksOf } from './checks.ts'
import { FIGURES, RUNS, record } from './figures.ts'
import { loseAnswer } from './lost-answer.ts'
import { Parts } from './parts.ts'
import { QUOTA, WRITES } from './quota.ts'
import { CLIENTS, writeAll } from './retry-by-details.ts'
import { sectionsOf } from './sections.ts'
import { findSizeLimit } from './size-limit.ts'
import { provokeDetails } from './ten-details.ts'

export const DETAILS: Chapter = {
  title: 'Error details',
  runs: () => [
    ...WAYS.flatMap((way) => [
      runOf(RUNS.sent(way), { what: 'errors with details', way }, 1, async (parts) => {
        const seen = await provokeDetails(parts, way)
        return record(seen, { [FIGURES.errors]: seen.length })
      }),
      runOf(RUNS.size(way), { what: 'the largest details', way }, 2, async (parts) => {
        const limit = await findSizeLimit(parts, way)
        return record(limit, { [FIGURES.mostBytes]: limit.most })
      }),
    ]),
    ...CLIENTS.map((client, index) =>
      runOf(RUNS.retries(index), { what: 'writes beyond a quota', client }, 2, async (parts) => {
        const retries = await writeAll(parts, 'envoy', client)
        return record(retries, {
          [FIGURES.attempts]: retries.attempts,
          [FIGURES.refused]: retries.refused,
          [FIGURES.tookSeconds]: retries.seconds,
        })
      }),
    ),
    ...[false, true].map((isVersioned) =>
      runOf(
        RUNS.lost(isVersioned),
        { what: isVersioned ? 'a lost answer, write with a version' : 'a lost answer, plain write' },
        1,
        async (parts) => {
          const lost = await loseAnswer(parts, isVersioned)
          return record(lost, { [FIGURES.changes]: lost.changes })
        },
      ),
    ),
  ],
  checks: checksOf,
  sections: (results) => sectionsOf(results, { ...QUOTA, total: WRITES }),
}

function runOf(
  id: string,
  labels: Run['labels'],
  seconds: number,
  measure: (parts: Parts) => Promise<Partial<Measured>>,
): Run {
  return {
    ...{ id, labels, seconds, rounds: 1 },
    measure: async (context: RunContext) => facts(await measure(await Parts.of(context))),
  }
}
