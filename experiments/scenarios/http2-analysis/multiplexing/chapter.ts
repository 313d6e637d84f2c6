// Chapter: many calls at once on one connection, and how their frames are mixed.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { facts } from '../../../../harness/facts.ts'
import { lanesOf } from '../../../../harness/lanes-of.ts'
import type { LanesPicture, Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { measuredOf } from '../measured-of.ts'
import { type EchoClient, sharedBackend, tapped } from '../tapped-backend.ts'
import { interleavingOf } from './interleaving.ts'

const TOGETHER = 'multiplexing.together'
const IN_TURN = 'multiplexing.one-after-another'

const STREAMS = 3
const ANSWERS = 6
/** More than a DATA frame may carry, which is 16,384 bytes unless SETTINGS say more. */
const ANSWER_BYTES = 20_000
const SMALL_CALLS = 4

export const MULTIPLEXING: Chapter = {
  title: 'Multiplexing',
  runs: () => [
    {
      id: TOGETHER,
      labels: {
        calls: `${STREAMS} streams and ${SMALL_CALLS} unary calls at once`,
      },
      rounds: 1,
      seconds: 2,
      measure: (context) => measure(context, together),
    },
    {
      id: IN_TURN,
      labels: { calls: 'the same, one after the other' },
      rounds: 1,
      seconds: 2,
      measure: (context) => measure(context, inTurn),
    },
  ],
  checks,
  sections,
}

async function measure(context: RunContext, calls: (client: EchoClient) => Promise<void>): Promise<Measured> {
  const { address } = await sharedBackend(context)
  const connections = await tapped({ to: address }, calls)
  const frames = connections.flatMap((connection) => connection.frames)
  const { streams, dataFrames, switches, mostOpen } = interleavingOf(frames, 'server')
  return facts({
    calls: STREAMS + SMALL_CALLS,
    codes: { OK: STREAMS + SMALL_CALLS },
    figures: {
      connections: connections.length,
      ...{
        streams,
        'DATA frames': dataFrames,
        switches,
        'open at once': mostOpen,
      },
    },
    texts: { lanes: JSON.stringify(lanesOf(frames)) },
  })
}

const stream = async (client: EchoClient) => {
  const answers = client.serverStream({
    message: 'a stream',
    count: ANSWERS,
    payloadSize: ANSWER_BYTES,
  })
  for await (const _ of answers) {
    // Reading is all.
  }
}
const small = async (client: EchoClient) => void (await client.unary({ message: 'small' }))

const callsOf = () => [
  ...Array.from({ length: STREAMS }, () => stream),
  ...Array.from({ length: SMALL_CALLS }, () => small),
]

async function together(client: EchoClient): Promise<void> {
  await Promise.all(callsOf().map((call) => call(client)))
}

async function inTurn(client: EchoClient): Promise<void> {
  for (const call of callsOf()) await call(client)
}

function checks(results: Results) {
  const [mixed, turn] = [TOGETHER, IN_TURN].map((id) => measuredOf(results, id)?.figures)
  const calls = STREAMS + SMALL_CALLS
  return [
    check('O2.2', 'Calls at once share one connection, and their frames are interleaved', [
      ...(mixed === undefined
        ? []
        : [
            {
              fact: `${mixed.connections} connection for ${mixed.streams} streams`,
              holds: mixed.connections === 1 && mixed.streams === calls,
            },
            {
              fact: `${mixed.switches} switches between streams in ${mixed['DATA frames']} DATA frames, where one after the other has ${calls - 1}`,
              holds: (mixed.switches ?? 0) > calls - 1,
            },
            {
              fact: `${mixed['open at once']} streams open at once`,
              holds: (mixed['open at once'] ?? 0) > 1,
            },
          ]),
    ]),
    check(
      'O2.2',
      'The same calls one after the other use the same single connection without interleaving',
      turn === undefined
        ? []
        : [
            {
              fact: `${turn.connections} connection`,
              holds: turn.connections === 1,
            },
            {
              fact: `${turn.switches} switches, one for each next stream`,
              holds: turn.switches === calls - 1 && turn['open at once'] === 1,
            },
          ],
    ),
  ]
}

function sections(results: Results): readonly Section[] {
  const measured = measuredOf(results, TOGETHER)
  if (measured?.texts?.lanes === undefined) return []
  const { figures, texts } = measured
  const picture: LanesPicture = JSON.parse(texts.lanes ?? '')
  return [
    {
      kind: 'lanes',
      title: 'Multiplexing: calls at once on one connection',
      says: `**${figures.streams} calls, one TCP connection.** Each call is a stream with a lane of its own. The backend answers all of them at once: its ${figures['DATA frames']} DATA frames switch ${figures.switches} times from one stream to another, where calls one after the other would switch ${(figures.streams ?? 0) - 1} times. A small answer need not wait until a large one has ended.`,
      ...picture,
    },
  ]
}
