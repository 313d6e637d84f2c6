// Where the trailers are: the bytes of answers, as a page gets them without a client.

import { WITHOUT_DETAILS, WITHOUT_HEADERS } from '../bed/followed-echo.ts'
import type { LabPage } from '../bed/lab-page.ts'
import type { RawAnswer, RawSpec } from '../lab/lab-types.ts'

type Ask = Pick<RawSpec, 'kind' | 'request' | 'contentType' | 'headers'>

/** Answers that differ in where their status is. */
export const ANSWERS = {
  'one message': { kind: 'unary', request: { message: WITHOUT_DETAILS } },
  'the same as text': {
    ...{ kind: 'unary', request: { message: WITHOUT_DETAILS } },
    contentType: 'application/grpc-web-text+proto',
  },
  'an error': { kind: 'unary', request: { message: WITHOUT_DETAILS, statusCode: 5, statusMessage: 'no hi' } },
  'an error without headers before it': {
    ...{ kind: 'unary', request: { message: WITHOUT_DETAILS, statusCode: 5, statusMessage: 'no hi' } },
    headers: { [WITHOUT_HEADERS]: 'true' },
  },
  'gRPC itself, asked for by a page': {
    ...{ kind: 'unary', request: { message: WITHOUT_DETAILS, statusCode: 0 } },
    contentType: 'application/grpc',
  },
} as const satisfies Readonly<Record<string, Ask>>

export type AnswerName = keyof typeof ANSWERS
export const ANSWER_NAMES = Object.keys(ANSWERS) as AnswerName[]

export async function bytesOfAnswers(
  lab: LabPage,
  url: string,
): Promise<Readonly<Record<AnswerName, RawAnswer>>> {
  const found: [AnswerName, RawAnswer][] = []
  for (const name of ANSWER_NAMES) {
    const spec: Ask = ANSWERS[name]
    found.push([name, await lab.run('raw', { url, id: `bytes of ${name}`, ...spec })])
  }
  return Object.fromEntries(found) as Record<AnswerName, RawAnswer>
}
