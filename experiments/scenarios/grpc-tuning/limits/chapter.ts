// Size limits: of messages and of metadata, at each place that has one, with what is said beyond it and which option changes it.

import type { Chapter } from '../../../../harness/chapter.ts'
import { checksOf } from './checks.ts'
import { measureLimits } from './measure.ts'
import { limitsId, PROGRAMS } from './places.ts'
import { sectionsOf } from './sections.ts'

/** Those that start within a fraction of a second. */
const QUICK = ['grpc-js', 'go', 'nginx']

export const LIMITS: Chapter = {
  title: 'Size limits',
  runs: ({ name }) =>
    PROGRAMS.filter(({ id }) => name !== 'quick' || QUICK.includes(id)).map((program) => ({
      ...{ id: limitsId(program), labels: { what: 'size limits', program: program.title } },
      ...(program.needs && { needs: program.needs }),
      // Limits are what they are: a second round would say the same.
      ...{ rounds: 1, seconds: 4 },
      measure: (context) => measureLimits(context, program),
    })),
  checks: checksOf,
  sections: sectionsOf,
}
