// Chapter: every frame type, provoked for its real reason, decoded by our decoder and by tshark.

import type { Chapter } from '../../../../harness/chapter.ts'
import { facts } from '../../../../harness/facts.ts'
import { lanesOf } from '../../../../harness/lanes-of.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import type { SeenFrame } from '../../../../testbed/http2/connection-reader.ts'
import { disagreements, factsOf } from '../../../../testbed/http2/frame-facts.ts'
import { frameRecord } from '../../../../testbed/http2/frame-record.ts'
import { frameTypeName } from '../../../../testbed/http2/frame-types.ts'
import { framesByTshark, hasTshark, INSTALL_TSHARK } from '../../../../testbed/http2/tshark.ts'
import { capturedFrames } from './captured.ts'
import { checks } from './checks.ts'
import { countName, GRPC, PLAIN, TSHARK } from './ids.ts'
import { sections } from './sections.ts'

export const NEEDS_TSHARK: readonly Need[] = [
  { name: 'tshark', install: INSTALL_TSHARK, isThere: () => hasTshark() },
]

export const FRAMES: Chapter = {
  title: 'Frames',
  runs: () => [
    {
      ...{ id: GRPC, labels: { connection: 'gRPC: calls, keepalive, cancel, drain' } },
      ...{ rounds: 1, seconds: 3, measure: measureGrpc },
    },
    {
      ...{ id: PLAIN, labels: { connection: 'plain HTTP/2: a push, and frames written by hand' } },
      ...{ rounds: 1, seconds: 1, measure: measurePlain },
    },
    {
      ...{ id: TSHARK, labels: { connection: 'the same capture, decoded by tshark' }, needs: NEEDS_TSHARK },
      ...{ rounds: 1, seconds: 2, measure: compareWithTshark },
    },
  ],
  checks,
  sections,
  tools: { tshark: ['tshark', '--version'] },
}

async function measureGrpc(context: RunContext): Promise<Measured> {
  const { grpc, content } = await capturedFrames(context)
  const kept = await context.keep('every-frame-type.pcapng', content)
  return facts({
    figures: countsOf(grpc.frames),
    texts: {
      lanes: JSON.stringify(lanesOf(grpc.frames)),
      frames: JSON.stringify(grpc.frames.map(frameRecord)),
      'capture file': kept,
    },
  })
}

async function measurePlain(context: RunContext): Promise<Measured> {
  const { plain } = await capturedFrames(context)
  const frames = plain.flatMap((connection) => connection.frames)
  return facts({ figures: countsOf(frames), texts: { frames: JSON.stringify(frames.map(frameRecord)) } })
}

async function compareWithTshark(context: RunContext): Promise<Measured> {
  const { connections, file } = await capturedFrames(context)
  const ours = factsOf(connections)
  const theirs = await framesByTshark(file)
  const differences = disagreements(ours, theirs)
  return facts({
    figures: {
      'our frames': ours.length,
      'frames of tshark': theirs.length,
      differences: differences.length,
    },
    ...(differences.length > 0 && { texts: { differences: differences.slice(0, 20).join('\n') } }),
  })
}

/** By side and type, such as `client HEADERS`; what is malformed or cannot be decoded is `problems`. */
function countsOf(frames: readonly SeenFrame[]): Record<string, number> {
  const counts: Record<string, number> = { problems: 0, padded: 0 }
  const add = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  for (const { frame, from, problem } of frames) {
    add(countName(from, frameTypeName(frame.typeCode)))
    if (problem !== undefined) add('problems')
    if ('padding' in frame && frame.padding !== undefined) add('padded')
  }
  return counts
}
