// Errors as `application/problem+json`: https://www.rfc-editor.org/rfc/rfc9457

import type { FastifyReply } from 'fastify'
import { PROBLEM_TYPE } from '../../api/media-types.ts'
import { problemTypeOf } from '../../api/problem-type.ts'
import type { ProblemDocument } from '../../api/schemas/problem.ts'
import { ERROR_CODES, type ErrorCode, type Problem, SwitchyardError } from '../../core/errors.ts'

export function createProblem(
  code: ErrorCode,
  detail: string,
  problems: readonly Problem[] = [],
): ProblemDocument {
  const words = code.replaceAll('-', ' ')
  const title = words.charAt(0).toUpperCase() + words.slice(1)
  return { type: problemTypeOf(code), title, status: ERROR_CODES[code], detail, problems }
}

/** Sends the problem document with its extension members. */
export function sendProblem(reply: FastifyReply, problem: ProblemDocument): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem)
}

/** The problem document of an error of ours or of fastify's. */
export function problemOf(error: Error): ProblemDocument {
  const ours = toOurs(error)
  // The message repeats the problems in lines of their own; here they are in `problems`.
  const detail = ours.problems.length > 0 ? (ours.message.split('\n', 1)[0] ?? '') : ours.message
  return createProblem(ours.code, detail, ours.problems)
}

function toOurs(error: Error & { readonly code?: unknown; readonly statusCode?: unknown }): SwitchyardError {
  if (error instanceof SwitchyardError) return error
  if (error.cause instanceof SwitchyardError) return error.cause
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SwitchyardError(
        'payload-too-large',
        'the body is larger than 4 MiB: send a smaller document or patch',
        {
          cause: error,
        },
      )
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new SwitchyardError(
        'unsupported-media-type',
        'the body must be JSON or YAML: send the header content-type: application/json or application/yaml',
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
