// What a hop costs: the same gRPC calls over many transports, side by side.

import { type Chapter, planOf } from '../../../harness/chapter.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { ADVICE } from './advice/chapter.ts'
import { BUDGET } from './budget/chapter.ts'
import { EXPECTED_CHAPTER } from './expected/chapter.ts'
import { INTERNET_CHAPTER } from './internet/chapter.ts'
import { MATRIX } from './matrix/chapter.ts'
import { SERVICES } from './services/chapter.ts'
import { SIDECARS } from './sidecars/chapter.ts'
import { TOOLS_CHAPTER } from './tools/chapter.ts'
import { WATCHED } from './watched/chapter.ts'

/** In the order of the report. */
// biome-ignore format: a line for each chapter
const CHAPTERS: readonly Chapter[] = [
  ADVICE,
  MATRIX,
  BUDGET,
  EXPECTED_CHAPTER,
  TOOLS_CHAPTER,
  SIDECARS,
  SERVICES,
  INTERNET_CHAPTER,
  WATCHED,
]

export const SCENARIO: Scenario = {
  name: 'grpc-transport-benchmark',
  title: 'What a hop costs, by transport',
  question:
    'How much do latency, throughput and CPU time of gRPC depend on the transport, and when is which one worth it?',
  plan: (profile) => planOf(CHAPTERS, profile),
}
