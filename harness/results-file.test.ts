// results.json on disk: what is written is read, and what is no result is rejected with all problems.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { PROFILE } from './profile.ts'
import type { Results } from './results.ts'
import { readResults, writeResults } from './results-file.ts'

const RESULTS: Results = {
  ...{ format: 1, scenario: 'made-up', title: 'Made up', question: 'Does it?', command: 'yard …' },
  ...{ begun: '2026-11-29T04:00:00Z', environment: {}, runs: [], checks: [] },
  profile: PROFILE.quick,
  plan: { runs: ['a'], rounds: 1 },
}

t.test(
  'results are read from their folder and from their file, and nothing else is in the folder',
  async (t) => {
    const folder = testFolder(t)
    await writeResults(folder, RESULTS)
    t.strictSame(readdirSync(folder), ['results.json'])
    t.strictSame(await readResults(folder), RESULTS)
    t.strictSame(await readResults(join(folder, 'results.json')), RESULTS)
  },
)

t.test('each run is a line of the file', async (t) => {
  const folder = testFolder(t)
  const run = { id: 'a', labels: {}, begun: '2026-11-29T04:00:00Z', state: 'skipped' as const }
  const results = { ...RESULTS, runs: [1, 2, 3].map((round) => ({ ...run, round })) }
  await writeResults(folder, results)
  t.strictSame(await readResults(folder), results)
  const lines = readFileSync(join(folder, 'results.json'), 'utf8').split('\n')
  t.strictSame(lines.filter((line) => line.includes('"round":')).length, 3)
})

t.test('a write that fails leaves the results that were there', async (t) => {
  const folder = testFolder(t)
  await writeResults(folder, RESULTS)
  const endless: Record<string, unknown> = {}
  endless.itself = endless
  await t.rejects(writeResults(folder, { ...RESULTS, environment: endless as Record<string, string> }))
  t.strictSame(await readResults(folder), RESULTS)
})

t.test('what is no result is rejected with the file and all problems', async (t) => {
  const folder = testFolder(t)
  const file = join(folder, 'results.json')
  await t.rejects(readResults(folder), { code: 'not-found', message: `cannot read ${file} (ENOENT)` })
  writeFileSync(file, '{')
  await t.rejects(readResults(folder), { code: 'invalid-argument', message: `${file} is not JSON` })
  writeFileSync(file, JSON.stringify({ ...RESULTS, format: 2, plan: { runs: ['a'], rounds: 0 } }))
  await t.rejects(readResults(folder), {
    code: 'invalid-argument',
    message: `${file} has no results of a scenario in format 1:`,
    problems: [{ path: 'format' }, { path: 'plan.rounds' }],
  })
})
