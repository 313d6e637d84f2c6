// What one sees of gRPC calls from outside: metrics, traces and logs of client, proxy and server, chapter by chapter.

import type { Chapter } from '../../../harness/chapter.ts'
import { planOf } from '../../../harness/chapter.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { COST } from './cost/chapter.ts'
import { DASHBOARDS } from './dashboards/chapter.ts'
import { LOGS } from './logs/chapter.ts'
import { METRICS } from './metrics/chapter.ts'
import { TRACES } from './traces/chapter.ts'

/** In the order of the report. */
const CHAPTERS: readonly Chapter[] = [METRICS, DASHBOARDS, TRACES, LOGS, COST]

export const SCENARIO: Scenario = {
  name: 'grpc-observability',
  title: 'Seeing gRPC calls',
  question:
    'What do metrics, traces and logs of client, proxy and server say of the same calls, and what does it cost?',
  plan: (profile) => planOf(CHAPTERS, profile),
}
