// What must hold of deadlines, whatever the machine is busy with: timers never end early, so work that takes longer than a deadline
// cannot end before it.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { WAYS, type Way } from '../statuses/way.ts'
import { FIGURES, growthFigure, leftFigure, roundsIn, runIdOf } from './figures.ts'
import { HANDED_ON, LOST, REFUSING } from './overloads.ts'
import { MARGIN_MS, STORIES, type Story } from './stories.ts'

const ROW = 'O1.10'

/** `grpc-timeout` is rounded up to whole milliseconds, and so is each clock. */
const ROUNDING_MS = 2

const WAY_TEXT = { direct: 'directly', envoy: 'through Envoys' } as const satisfies Record<Way, string>

export function checksOf(results: Results): readonly Check[] {
  return [
    ...STORIES.map((story) => checkWaste(results, story)),
    checkShrinking(results),
    checkMargin(results),
    checkOverload(results),
  ]
}

function each(
  results: Results,
  { id, ways = WAYS }: Story,
  finding: (measured: Measured, way: string) => Finding,
): readonly Finding[] {
  return ways.flatMap((way) =>
    roundsIn(results, runIdOf(id, way)).map((measured) => finding(measured, WAY_TEXT[way])),
  )
}

function checkWaste(results: Results, story: Story): Check {
  const title = story.wastes
    ? `Deadline ${story.title}: the last hop finishes every call for nobody`
    : `Deadline ${story.title}: the last hop finishes no call for nobody`
  return check(
    ROW,
    title,
    each(results, story, ({ calls, codes, figures }, way) => {
      const finished = figures[FIGURES.finishedForNobody] ?? 0
      const reached = figures[FIGURES.reachedLast] ?? 0
      const ended = codes[story.ends] ?? 0
      return {
        fact: `${way}: ${ended} of ${calls} ${story.ends}, ${finished} of ${reached} that came to the last hop finished for nobody`,
        // On a busy machine, a deadline may pass before the last hop has the call.
        holds: reached === 0 ? undefined : ended === calls && finished === (story.wastes ? reached : 0),
      }
    }),
  )
}

function checkShrinking(results: Results): Check {
  const title = 'A deadline that is handed on is never longer at the next hop'
  return checkGrowth(results, 'propagated', title, 0)
}

function checkMargin(results: Results): Check {
  const title = `A hop that keeps ${MARGIN_MS} ms for itself gives the next one that much less`
  return checkGrowth(results, 'shortened', title, -MARGIN_MS)
}

/** @param most that a hop may have more than the one before */
function checkGrowth(results: Results, id: string, title: string, most: number): Check {
  const findings = STORIES.filter((story) => story.id === id).flatMap((story) =>
    each(results, story, ({ figures }, way) => {
      const growths = [growthFigure('a', 'b'), growthFigure('b', 'c')].flatMap((name) => figures[name] ?? [])
      const lefts = ['a', 'b', 'c'].map((hop) => figures[leftFigure(hop)] ?? '–')
      return {
        fact: `${way}: ${lefts.join(', ')} ms left at a, b and c`,
        holds: growths.length === 0 ? undefined : growths.every((growth) => growth <= most + ROUNDING_MS),
      }
    }),
  )
  return check(ROW, title, findings)
}

function checkOverload(results: Results): Check {
  const lost = roundsIn(results, LOST.id)
  const findings = [HANDED_ON, REFUSING].flatMap(({ id, title }) =>
    roundsIn(results, id).flatMap((one, index) => {
      const other = lost[index]
      if (other === undefined) return []
      const [kept = 0, wasted = 0] = [one, other].map(({ figures }) => figures[FIGURES.unitsForNobody])
      return [
        {
          fact: `${kept} units for nobody where deadlines are ${title}, ${wasted} where they are lost`,
          holds: kept < wasted,
        },
      ]
    }),
  )
  return check(ROW, 'In an overload, lost deadlines cost work for callers that have left', findings)
}
