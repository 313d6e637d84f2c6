// What must hold of the logs, whatever the machine is busy with.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { factsIn } from '../metrics/figures.ts'
import { measuredOf, runIdOf, SAMPLE_RUN, SECRET_RUN, SPANS_RUN } from './figures.ts'
import { SAMPLED_PERCENT } from './logs-bed.ts'
import { ALIKE_FIGURE, isLikelySample, LEAKS_FIGURE, SAMPLED_FIGURE } from './payloads.ts'
import { STORIES } from './stories.ts'

export function checksOf(results: Results): readonly Check[] {
  const stories = STORIES.map((story) => {
    const measured = measuredOf(results, runIdOf(story))
    return check(story.row, `Logs, when ${story.title}`, measured === undefined ? [] : factsIn(measured))
  })
  const findings = (run: string, find: (measured: Measured) => readonly Finding[]) => {
    const measured = measuredOf(results, run)
    return measured === undefined ? [] : find(measured)
  }
  return [
    ...stories,
    check(
      'O5.8',
      'A line leads to the span of its call, and a span to its lines',
      findings(SPANS_RUN, factsIn),
    ),
    check(
      'O5.9',
      `Of ${SAMPLED_PERCENT} % of the calls the payload is logged, of the same ones by client and server`,
      findings(SAMPLE_RUN, ({ calls, figures }) => {
        const [sampled = Number.NaN, oneSided = Number.NaN] = [SAMPLED_FIGURE, ALIKE_FIGURE].map(
          (name) => figures[name],
        )
        return [
          { fact: `${sampled} of ${calls} calls`, holds: isLikelySample(sampled, calls) },
          { fact: `${oneSided} of them by one side only`, holds: oneSided === 0 },
        ]
      }),
    ),
    check(
      'O5.9',
      'A sensitive value is in no log of any side, and the other fields of its messages are',
      findings(SECRET_RUN, ({ figures }) => {
        const of = (name: string) => figures[name] ?? Number.NaN
        return [
          { fact: `${of(LEAKS_FIGURE)} ${LEAKS_FIGURE}`, holds: of(LEAKS_FIGURE) === 0 },
          // Put, get and list have the value in one of their messages, on both sides.
          {
            fact: `${of('lines that name a redacted field')} lines name a redacted field`,
            holds: of('lines that name a redacted field') >= 6,
          },
          { fact: `${of('lines with the key')} lines have the key`, holds: of('lines with the key') >= 6 },
        ]
      }),
    ),
  ]
}
