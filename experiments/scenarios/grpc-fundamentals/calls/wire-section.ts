// What the report says first: the words of a call, what each is on the wire, and the frames of some stories.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { STORIES } from './stories/stories.ts'
import { framesIn } from './told.ts'
import { WAY_TITLES, WAYS } from './ways.ts'
import type { WireFrame } from './wire.ts'

export const WORDS: Section = {
  kind: 'table',
  title: 'The words of a call',
  says: 'Every call, whatever its kind, is one stream of an HTTP/2 connection, and has the same few events. The pictures below use these words. An arrow begins when its sender handed it to gRPC and ends when gRPC gave it to the other side; rows are in the order of time, not to scale. A dashed arrow never arrived, and a dot is what a side concluded by itself.',
  columns: [{ title: 'word' }, { title: 'who sends it' }, { title: 'in HTTP/2' }, { title: 'what it says' }],
  rows: [
    [
      'headers',
      'client first, server later',
      'HEADERS',
      'method, deadline and metadata; from the server: metadata',
    ],
    [
      'message',
      'client and server',
      'DATA: a byte, the length, the bytes',
      'one message; a large one takes several frames',
    ],
    ['half-close', 'client', 'END_STREAM on its last frame', '"no more messages from me"'],
    [
      'status',
      'server',
      'HEADERS with END_STREAM: trailers',
      'how the call ended, with metadata; the end for both sides',
    ],
    [
      'trailers only',
      'server',
      'its first HEADERS with END_STREAM',
      'an answer that is a status and nothing else',
    ],
    ['cancel', 'client', 'RST_STREAM with CANCEL', '"I do not want the rest"'],
  ],
}

const SHOWN = [
  'answer',
  'trailers-only',
  'client-gives-up',
  'stream-that-fails',
  'early-answer',
  'upload-abandoned',
  'half-close',
]

export function wireSections(results: Results): readonly Section[] {
  const rows = STORIES.filter(({ id }) => SHOWN.includes(id)).flatMap((story) => {
    const frames = framesIn(results, story, 'direct')
    return frames === undefined ? [] : [[story.title, sent(frames, 'client'), sent(frames, 'server')]]
  })
  if (rows.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'The same stories in frames',
      says: 'A tap between client and server saw these frames, without those of flow control. A half-close costs no frame of its own where it is on the last DATA. **A cancel of grpc-js is two frames**: an empty DATA frame with END_STREAM, unless it has half-closed before, and then RST_STREAM.',
      columns: [{ title: 'story' }, { title: 'frames of the client' }, { title: 'frames of the server' }],
      rows,
    },
  ]
}

const sent = (frames: readonly WireFrame[], side: WireFrame['from']): string =>
  frames
    .filter(({ from }) => from === side)
    .map(({ text }) => `\`${text}\``)
    .join(' → ')

export function wireChecks(results: Results): readonly Check[] {
  return [
    check(
      'O1.4',
      'An error without a message is one HEADERS frame that ends the stream',
      findings(results, 'trailers-only', (texts) => texts.join() === 'HEADERS, END_STREAM'),
    ),
    check(
      'O1.4',
      'An answer is headers, a message, and trailers that end the stream',
      findings(results, 'answer', (texts) =>
        /^HEADERS;DATA \d+ B;HEADERS, END_STREAM$/.test(texts.join(';')),
      ),
    ),
  ]
}

/** Of the frames that the server, or the Envoy, sent. */
function findings(
  results: Results,
  id: string,
  holds: (texts: readonly string[]) => boolean,
): readonly Finding[] {
  const story = STORIES.find((one) => one.id === id)
  if (story === undefined) return []
  return WAYS.flatMap((way) => {
    const texts = framesIn(results, story, way)?.flatMap(({ from, text }) =>
      from === 'server' ? [text] : [],
    )
    if (texts === undefined) return []
    return [{ fact: `${WAY_TITLES[way]}: ${texts.join(' → ')}`, holds: holds(texts) }]
  })
}
