// The guide to gRPC patterns: it names every row of its scenario, and the runs that it names exist.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { SCENARIO } from '../../experiments/scenarios/grpc-fundamentals/scenario.ts'
import { PROFILE } from '../../harness/profile.ts'
import type { Results } from '../../harness/results.ts'
import { selectRuns } from '../../harness/select-runs.ts'

const GUIDE = readFileSync(new URL('../../docs/guides/grpc-patterns.md', import.meta.url), 'utf8')

const { runs, checks } = SCENARIO.plan(PROFILE.standard)

/** The rows that the scenario checks. */
function rowsOfChecks(): readonly string[] {
  const nothing: Results = {
    ...{ format: 1, scenario: '', title: '', question: '', command: '', begun: '', environment: {} },
    ...{ profile: PROFILE.standard, plan: { runs: [], rounds: 1 }, runs: [], checks: [] },
  }
  return [...new Set(checks(nothing).map(({ row }) => row))]
}

t.test('O1.11: the guide has every row that the scenario checks, with runs that exist', async (t) => {
  for (const row of rowsOfChecks()) {
    const line = GUIDE.split('\n').find((one) => one.startsWith(`| ${row} `)) ?? ''
    const [, , , patterns = ''] = line.split('|')
    const named = [...patterns.matchAll(/`([^`]+)`/g)].map(([, pattern = '']) => pattern)
    t.ok(named.length > 0, `${row} is in the last table of the guide`)
    for (const pattern of named) t.ok(selectRuns(runs, [pattern]).length > 0, `${row}: ${pattern}`)
  }
})

t.test('O1.11: no part of the guide is empty', async (t) => {
  const parts = GUIDE.split(/^## /m).slice(1)
  t.ok(parts.length > 8)
  for (const part of parts) {
    const [title = '', ...text] = part.split('\n')
    t.ok(text.join('').trim().length > 200, title)
  }
})
