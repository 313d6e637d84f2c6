// What a reader sees first.

import t from 'tap'
import { madeResults } from '../../../test/support/made-results.ts'
import type { Results } from '../../results.ts'
import { overviewOf } from './overview.ts'

const made = madeResults({ rounds: 4, calls: 10 })
const titles = (results: Results) => overviewOf(results).notes.map(({ title }) => title)

t.test('failing checks come first, and those that were not measured last', async (t) => {
  const { checks, answer } = overviewOf(made)
  t.strictSame(
    checks.map(({ outcome }) => outcome),
    ['fails', 'holds', 'holds', 'holds', 'not measured'],
  )
  t.equal(answer, 'Of 5 checks, 1 fails, 1 was not measured, 3 hold.')
})

t.test('the answer is a sentence whatever holds', async (t) => {
  const [check] = made.checks.filter(({ outcome }) => outcome === 'holds')
  if (check === undefined) throw new Error('one holds')
  t.equal(overviewOf({ ...made, checks: [] }).answer, 'This scenario checks nothing.')
  t.equal(overviewOf({ ...made, checks: [check] }).answer, 'The check holds.')
  t.equal(overviewOf({ ...made, checks: [check, check] }).answer, 'All 2 checks hold.')
})

t.test('runs that were skipped for the same reason share a line, with what installs it', async (t) => {
  const { notes } = overviewOf(made)
  t.strictSame(notes, [
    {
      title: 'Skipped runs',
      lines: [
        '`haproxy.unary.1-connections`, `haproxy.unary.4-connections`, `haproxy.unary.64-connections`: haproxy is missing: sudo apt-get install -y haproxy',
      ],
    },
  ])
})

t.test('what is missing is counted, with the command that makes up for it', async (t) => {
  const { ended: _, ...unfinished } = made
  const results = { ...unfinished, runs: made.runs.slice(0, 40) }
  t.match(overviewOf(results).notes[0], {
    title: 'Unfinished',
    lines: [/^92 measurements of 132 are missing. `npx yard .* --resume` /],
  })
  t.match(overviewOf(results).facts[0]?.value, /unfinished$/)
})

t.test('the windows are those of the profile, or those that were measured', async (t) => {
  const profileOf = (results: Results) =>
    overviewOf(results).facts.find(({ name }) => name === 'Profile')?.value
  const lasting = (...all: readonly number[]): Results => ({
    ...made,
    runs: made.runs
      .filter(({ measured }) => measured !== undefined)
      .slice(0, all.length)
      .map((run, index) => ({
        ...run,
        ...(run.measured && { measured: { ...run.measured, seconds: all[index] ?? 0 } }),
      })),
  })
  const { windowSeconds } = made.profile
  t.match(profileOf(lasting(windowSeconds, windowSeconds * 1.01)), / of \d+ s, each after \d+ s of warm-up$/)
  t.match(profileOf(lasting(2 * windowSeconds, 8 * windowSeconds)), /, measured over .* to .*$/)
  t.match(profileOf({ ...made, runs: [] }), /^standard: 4 rounds$/)
})

t.test('too few rounds, a part of the plan, failures and noise are said', async (t) => {
  t.notOk(titles(made).includes('Too few rounds to compare'))
  t.ok(titles({ ...made, plan: { ...made.plan, rounds: 3 } }).includes('Too few rounds to compare'))
  t.ok(titles({ ...made, plan: { ...made.plan, only: ['l4'] } }).includes('A part of the scenario'))
  const [first] = made.runs
  if (first === undefined) throw new Error('there are runs')
  const { measured: _, ...run } = first
  t.ok(titles({ ...made, runs: [{ ...run, state: 'failed', why: 'it broke' }] }).includes('Failed runs'))
  t.strictSame(overviewOf(made, ['`l4`: varies by 30 %']).notes.at(-1), {
    title: 'Noisy',
    lines: ['`l4`: varies by 30 %'],
  })
})

t.test('each way is real or emulated', async (t) => {
  const { realness } = overviewOf(made)
  t.match(realness[0], { what: 'L4 kernel', runs: 3, emulates: /^kube-proxy/ })
  t.match(realness[1], { what: /^sidecars/, runs: 3, emulates: /^the data path of Istio/ })
  t.match(realness[2], { what: 'L4 Envoy tcp_proxy', runs: 3, emulates: undefined })
  t.equal(realness.length, 11)
})
