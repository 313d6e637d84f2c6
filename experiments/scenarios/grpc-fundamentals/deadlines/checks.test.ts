// What the checks of deadlines say about results that are as expected, that are not, and that are not there.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { WAYS } from '../statuses/way.ts'
import { checksOf } from './checks.ts'
import { FIGURES, growthFigure, leftFigure, runIdOf } from './figures.ts'
import { HANDED_ON, LOST, OVERLOADS } from './overloads.ts'
import { sectionsOf } from './sections.ts'
import { MARGIN_MS, STORIES } from './stories.ts'

const CALLS = 5

/** What runs would leave if all were as expected, with changes of figures by the id of a run. */
function resultsWith(changes: Readonly<Record<string, Measured['figures']>> = {}): Results {
  const stories = STORIES.flatMap((story) =>
    (story.ways ?? WAYS).map((way) => {
      const growth = story.id === 'shortened' ? -MARGIN_MS : 0
      const figures = {
        [FIGURES.finishedForNobody]: story.wastes ? CALLS : 0,
        [FIGURES.reachedLast]: CALLS,
        [FIGURES.unitsForNobody]: story.wastes ? 300 : 5,
        [leftFigure('a')]: 199,
        [growthFigure('a', 'b')]: growth,
        [growthFigure('b', 'c')]: growth,
      }
      return { id: runIdOf(story.id, way), figures, codes: { [story.ends]: CALLS } }
    }),
  )
  const overloads = OVERLOADS.map(({ id }) => ({
    id,
    figures: { [FIGURES.unitsForNobody]: id === LOST.id ? 200 : 10, [FIGURES.made]: 60 },
    codes: {},
  }))
  const runs = [...stories, ...overloads]
  return {
    ...{ format: 1, scenario: 'grpc-fundamentals', title: '', question: '', command: '', begun: '' },
    profile: { name: 'quick', warmUpSeconds: 0, windowSeconds: 1, rounds: 1 },
    plan: { runs: runs.map(({ id }) => id), rounds: 1 },
    environment: {},
    runs: runs.map(({ id, figures, codes }) => ({
      ...{ id, round: 1, labels: {}, begun: '', state: 'measured' as const },
      measured: facts({ calls: CALLS, codes, figures: { ...figures, ...changes[id] } }),
    })),
    checks: [],
  }
}

const failedIn = (results: Results) =>
  checksOf(results).flatMap(({ title, outcome }) => (outcome === 'fails' ? [title] : []))

t.test('O1.10: what is as expected holds, and what was not measured does not fail', (t) => {
  t.ok(checksOf(resultsWith()).every(({ outcome }) => outcome === 'holds'))
  const none = { ...resultsWith(), runs: [] }
  t.ok(checksOf(none).every(({ outcome }) => outcome === 'not measured'))
  t.strictSame(sectionsOf(none), [])
  t.equal(sectionsOf(resultsWith()).length, 6)
  t.end()
})

t.test('O1.10: work for nobody where there must be none fails, and none where there must be some', (t) => {
  const finished = (count: number) => ({ [FIGURES.finishedForNobody]: count })
  t.strictSame(failedIn(resultsWith({ [runIdOf('propagated', 'direct')]: finished(1) })), [
    'Deadline handed on: the last hop finishes no call for nobody',
  ])
  t.strictSame(failedIn(resultsWith({ [runIdOf('lost', 'envoy')]: finished(CALLS - 1) })), [
    'Deadline lost in `b`: the last hop finishes every call for nobody',
  ])
  t.end()
})

t.test('O1.10: a deadline that grows on its way fails, and so does a margin that is not kept', (t) => {
  const growth = (ms: number) => ({ [growthFigure('b', 'c')]: ms })
  t.match(failedIn(resultsWith({ [runIdOf('propagated', 'envoy')]: growth(3) })), [/never longer/])
  t.match(failedIn(resultsWith({ [runIdOf('shortened', 'direct')]: growth(-MARGIN_MS + 3) })), [/keeps/])
  t.end()
})

t.test('O1.10: an overload that wastes as much with deadlines as without fails', (t) => {
  const wasted = { [FIGURES.unitsForNobody]: 200 }
  t.match(failedIn(resultsWith({ [HANDED_ON.id]: wasted })), [/^In an overload/])
  t.end()
})
