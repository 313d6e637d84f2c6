// The scenario: what to set in gRPC clients, servers and Envoys, from which load or link on, and what each setting costs.

import { planOf } from '../../../harness/chapter.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { BATCHING } from './batching/chapter.ts'
import { COMPRESSION } from './compression/chapter.ts'
import { COPIES } from './copies/chapter.ts'
import { CURVES_CHAPTER } from './curves/chapter.ts'
import { KEEPALIVE } from './keepalive/chapter.ts'
import { LIMITS } from './limits/chapter.ts'
import { NODELAY } from './nodelay/chapter.ts'
import { recommendationsOf } from './recommendations.ts'
import { STREAMS } from './streams/chapter.ts'
import { THREADS } from './threads/chapter.ts'
import { TOOLS_CHAPTER } from './tools/chapter.ts'
import { WINDOWS } from './windows/chapter.ts'

// biome-ignore format: a line for each chapter, in the order of the report
const CHAPTERS = [
  CURVES_CHAPTER,
  TOOLS_CHAPTER,
  KEEPALIVE,
  STREAMS,
  LIMITS,
  NODELAY,
  WINDOWS,
  COMPRESSION,
  BATCHING,
  COPIES,
  THREADS,
]

export const SCENARIO: Scenario = {
  name: 'grpc-tuning',
  title: 'Tuning gRPC',
  question:
    'Which settings of clients, servers and Envoys matter, from which load or size on, and what do they cost?',
  plan: (profile) => {
    const plan = planOf(CHAPTERS, profile)
    return {
      ...plan,
      sections: (results) => {
        const sections = plan.sections(results)
        return [...recommendationsOf(sections), ...sections]
      },
    }
  },
}
