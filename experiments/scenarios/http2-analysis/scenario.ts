// The scenario: HTTP/2 seen on the wire, from captures that the runs make.

import { planOf } from '../../../harness/chapter.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { FLOW_CONTROL } from './flow-control/chapter.ts'
import { FRAMES } from './frames/chapter.ts'
import { H2C } from './h2c/chapter.ts'
import { HEAD_OF_LINE } from './head-of-line/chapter.ts'
import { HPACK } from './hpack/chapter.ts'
import { LATENCY } from './latency/chapter.ts'
import { MULTIPLEXING } from './multiplexing/chapter.ts'
import { REUSE_CHAPTER } from './reuse/chapter.ts'
import { WIRESHARK } from './wireshark/chapter.ts'

// biome-ignore format: a line for each chapter, in the order of the report
const CHAPTERS = [
  FRAMES,
  MULTIPLEXING,
  HEAD_OF_LINE,
  REUSE_CHAPTER,
  HPACK,
  LATENCY,
  FLOW_CONTROL,
  H2C,
  WIRESHARK,
]

export const SCENARIO: Scenario = {
  name: 'http2-analysis',
  title: 'HTTP/2 on the wire',
  question: 'Which frames does gRPC send, what do they cost, and where does HTTP/2 wait?',
  plan: (profile) => planOf(CHAPTERS, profile),
}
