// What a hop costs: the same gRPC calls over many transports, side by side.

import { type Chapter, planOf } from '../../harness/chapter.ts'
import type { Scenario } from '../../harness/scenario.ts'
import { INTERNET_CHAPTER } from './internet/chapter.ts'
import { MATRIX } from './matrix/chapter.ts'
import { SIDECARS } from './sidecars/chapter.ts'
import { WATCHED } from './watched/chapter.ts'

/** In the order of the report. */
const CHAPTERS: readonly Chapter[] = [MATRIX, SIDECARS, INTERNET_CHAPTER, WATCHED]

export const SCENARIO: Scenario = {
  name: 'grpc-transport-benchmark',
  title: 'What a hop costs, by transport',
  question:
    'How much do latency, throughput and CPU time of gRPC depend on the transport, and when is which one worth it?',
  plan: (profile) => planOf(CHAPTERS, profile),
}
