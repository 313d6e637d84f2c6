// Threads: server processes behind one port, and the connections that it takes to use them.

import type { Chapter } from '../../../harness/chapter.ts'
import { secondsOf } from '../windows.ts'
import { checksOf } from './checks.ts'
import { CREWS, crewCells, crewId } from './crews.ts'
import { measureCrew } from './measure-crew.ts'
import { sectionsOf } from './sections.ts'

export const THREADS: Chapter = {
  title: 'Threads and processes',
  runs: (profile) =>
    crewCells(profile.name).map((cell) => ({
      id: crewId(cell),
      labels: { servers: CREWS[cell.crew].title, connections: String(cell.connections) },
      seconds: secondsOf(profile),
      measure: (context) => measureCrew(context, cell),
    })),
  checks: checksOf,
  sections: sectionsOf,
}
