// A part of a scenario that stands on its own, and the plan of a scenario that is made of such parts.

import type { Profile } from './profile.ts'
import type { Section } from './report/section.ts'
import type { Check, Results } from './results.ts'
import type { Plan, Run, Tools } from './scenario.ts'

export interface Chapter {
  /** The name of its part of the report, such as `Deadlines`. */
  readonly title: string
  readonly runs: (profile: Profile) => readonly Run[]
  /** What must hold of its runs. */
  readonly checks: (results: Results) => readonly Check[]
  /** What the report shows of its runs. */
  readonly sections: (results: Results) => readonly Section[]
  /** Programs whose versions the report names. */
  readonly tools?: Tools
}

/** A plan with the runs, checks and sections of all chapters, in their order. */
export function planOf(chapters: readonly Chapter[], profile: Profile): Plan {
  return {
    tools: Object.assign({}, ...chapters.map(({ tools }) => tools)),
    runs: chapters.flatMap(({ runs }) => runs(profile)),
    checks: (results) => chapters.flatMap(({ checks }) => checks(results)),
    sections: (results) =>
      chapters.flatMap(({ title, sections }) =>
        sections(results).map((section) => ({ ...section, part: title })),
      ),
  }
}
