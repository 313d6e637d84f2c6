// Errors as `application/problem+json`: https://www.rfc-editor.org/rfc/rfc9457

import type { FastifyReply } from 'fastify'
import { ERROR_CODES, type ErrorCode, type Problem, SwitchyardError } from '../../core/errors.ts'

export interface ProblemDocument {
  /** `urn:switchyard:error:CODE`: one for each code of the error table, and stable. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** All that is wrong, and where; empty where `detail` says it all. */
  readonly problems: readonly Problem[]
}

export function createProblem(
  code: ErrorCode,
  detail: string,
  problems: readonly Problem[] = [],
): ProblemDocument {
  const words = code.replaceAll('-', ' ')
  const title = words.charAt(0).toUpperCase() + words.slice(1)
  return { type: `urn:switchyard:error:${code}`, title, status: ERROR_CODES[code], detail, problems }
}

/** Sends the problem, with whatever members extend it. */
export function sendProblem(reply: FastifyReply, problem: ProblemDocument): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(problem)
}

/** An error of ours or of fastify's as the problem that a client is to see. */
export function problemOf(error: Error): ProblemDocument {
  const ours = toOurs(error)
  // The message of an error with problems goes on with their list, which has its own place here.
  const detail = ours.problems.length > 0 ? (ours.message.split('\n', 1)[0] ?? '') : ours.message
  return createProblem(ours.code, detail, ours.problems)
}

function toOurs(error: Error & { readonly code?: unknown; readonly statusCode?: unknown }): SwitchyardError {
  if (error instanceof SwitchyardError) return error
  if (error.cause instanceof SwitchyardError) return error.cause
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SwitchyardError('payload-too-large', 'the body is larger than 4 MiB: send less at once', {
        cause: error,
      })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new SwitchyardError(
        'unsupported-media-type',
        'send JSON or YAML, with content-type: application/json or application/yaml',
        {
          cause: error,
        },
      )
  }
  const { statusCode } = error
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new SwitchyardError('invalid-argument', error.message, { cause: error })
  }
  return SwitchyardError.from(error)
}
