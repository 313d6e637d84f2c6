// Threads: server processes behind one port, workers of an Envoy, and the connections that it takes to use them.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { roundsOf, secondsOf } from '../windows.ts'
import { adviceSection } from './advice.ts'
import { crewChecks } from './crew-checks.ts'
import { crewSections } from './crew-sections.ts'
import { CREWS, crewCells, crewId } from './crews.ts'
import { envoyChecks } from './envoy-checks.ts'
import { envoySections } from './envoy-sections.ts'
import { ENVOYS, envoyCells, envoyId } from './envoys.ts'
import { measureCrew } from './measure-crew.ts'
import { measureEnvoy } from './measure-envoy.ts'

export const THREADS: Chapter = {
  title: 'Threads and processes',
  runs: (profile) => [
    ...crewCells(profile.name).map(
      (cell): Run => ({
        id: crewId(cell),
        labels: { servers: CREWS[cell.crew].title, connections: String(cell.connections) },
        rounds: roundsOf(profile),
        seconds: secondsOf(profile),
        measure: (context) => measureCrew(context, cell),
      }),
    ),
    ...envoyCells(profile.name).map(
      (cell): Run => ({
        id: envoyId(cell),
        labels: { Envoy: ENVOYS[cell.envoy].title, connections: String(cell.connections) },
        needs: [NEEDS_ENVOY],
        rounds: roundsOf(profile),
        seconds: secondsOf(profile),
        measure: (context) => measureEnvoy(context, cell),
      }),
    ),
  ],
  checks: (results) => [...crewChecks(results), ...envoyChecks(results)],
  sections: (results) => [...adviceSection(results), ...crewSections(results), ...envoySections(results)],
}
