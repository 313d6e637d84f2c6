// The check of middlemen: outcomes that are known, and others.

import t from 'tap'
import { MIDDLEMEN } from '../../experiments/scenarios/grpc-web/middlemen/chapter.ts'
import { STORIES } from '../../experiments/scenarios/grpc-web/middlemen/stories.ts'
import { facts } from '../../harness/facts.ts'
import type { Results } from '../../harness/results.ts'

function resultsOf(changes: Readonly<Record<string, string>> = {}, count = STORIES.length): Results {
  const runs = STORIES.slice(0, count).map(({ id, expected }) => ({
    ...{ id: `middlemen.${id}`, round: 1, labels: {}, begun: '', state: 'measured' as const },
    measured: facts({ texts: { outcome: changes[id] ?? expected } }),
  }))
  return { runs } as unknown as Results
}

t.test('O3.2: outcomes that are known hold, and another one fails with its story', async (t) => {
  t.match(MIDDLEMEN.checks(resultsOf()), [{ row: 'O3.2', outcome: 'holds' }])
  t.match(MIDDLEMEN.checks(resultsOf({ chatty: 'the stream is cut off, without a status' })), [
    {
      outcome: 'fails',
      detail: /more often than that: the stream is cut off.*, not "the stream arrives whole"/,
    },
  ])
})

t.test('O3.2: what was not measured is neither checked nor shown', async (t) => {
  t.match(MIDDLEMEN.checks(resultsOf({}, 0)), [{ outcome: 'not measured' }])
  t.strictSame(MIDDLEMEN.sections(resultsOf({}, 0)), [])
  t.match(MIDDLEMEN.sections(resultsOf({}, 2)), [{ kind: 'table', rows: { length: 2 } }])
})
