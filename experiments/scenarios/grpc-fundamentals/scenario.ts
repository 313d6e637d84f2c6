// The scenario: what gRPC is on the wire and in programs, chapter by chapter.

import { planOf } from '../../../harness/chapter.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { CALLS } from './calls/chapter.ts'
import { DEADLINES } from './deadlines/chapter.ts'
import { DETAILS } from './details/chapter.ts'
import { EVOLUTION } from './evolution/chapter.ts'
import { FEATURES } from './features/chapter.ts'
import { STATUSES } from './statuses/chapter.ts'
import { WIRE } from './wire/chapter.ts'

const CHAPTERS = [EVOLUTION, WIRE, CALLS, STATUSES, DETAILS, DEADLINES, FEATURES]

export const SCENARIO: Scenario = {
  name: 'grpc-fundamentals',
  title: 'gRPC from the ground up',
  question: 'What do the two sides of a gRPC call send, see and decide, directly and through an Envoy?',
  plan: (profile) => planOf(CHAPTERS, profile),
}
