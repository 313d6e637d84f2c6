// The scenario: the same calls through every way from clients to backends, and what that does to shares, latency, CPU and connections.

import type { Run, Scenario } from '../../../harness/scenario.ts'
import { idOf, labelsOf } from './cell.ts'
import { changeRuns } from './changes/changes.ts'
import { checksOf } from './checks/checks.ts'
import { HASHING } from './hashing.ts'
import { type Planned, plannedCells } from './matrix.ts'
import { measureWay } from './measure-way.ts'
import { keysRun } from './runs/keys.ts'
import { LOADER_RUNS, LOADERS } from './runs/loaders.ts'
import { STATE_RUNS } from './runs/states.ts'
import { sectionsOf } from './sections/sections.ts'
import { TOOLS } from './tools.ts'
import type { Way } from './ways/way.ts'
import { WAYS } from './ways/ways.ts'

const KEYS_BACKENDS = 3
/** Enough to tell two configurations apart; a fifth would cost a quarter more. */
const STANDARD_ROUNDS = 4
/** To open a way, to start a loader, and to end both. */
const SECONDS_AROUND = 2

export const SCENARIO: Scenario = {
  name: 'grpc-loadbalancing',
  title: 'Load balancing of gRPC',
  question: 'L4 or L7, in a proxy or in the client, and by which policy?',
  plan: (profile) => ({
    tools: TOOLS,
    runs: [
      ...WAYS.flatMap((way) => plannedCells(profile, [way]).map((planned) => runOf(way, planned))),
      ...WAYS.filter(({ id }) => HASHING.includes(id)).map((way) => keysRun(way, KEYS_BACKENDS)),
      ...STATE_RUNS,
      ...changeRuns(profile, WAYS),
      // One round decides nothing.
      ...(profile.name === 'quick' ? [] : LOADER_RUNS),
    ],
    ...(profile.name === 'standard' && { rounds: STANDARD_ROUNDS }),
    checks: (results) => [
      ...checksOf(results, WAYS),
      ...(profile.name === 'quick' ? [] : [LOADERS.check(results)]),
    ],
    sections: (results) => sectionsOf(results, WAYS),
  }),
}

function runOf(way: Way, { cell, window, rounds }: Planned): Run {
  return {
    id: idOf(cell),
    labels: labelsOf(cell, way.title),
    ...(way.needs && { needs: way.needs }),
    ...(way.emulates && { emulates: way.emulates }),
    ...(rounds && { rounds }),
    seconds: window.warmUpSeconds + window.seconds + SECONDS_AROUND,
    measure: (context) => measureWay(context, way, cell, window),
  }
}
