// An operation of `api/` as a fastify route: method, URL, and the schemas for validation and for the API document.

import type { TSchema } from 'typebox'
import { PROBLEM_TYPE } from '../../api/media-types.ts'
import { OPERATIONS, type OperationId } from '../../api/operations.ts'
import { ANSWERS, type Answers } from '../../api/schemas/answers.ts'
import { ProblemDocumentSchema } from '../../api/schemas/problem.ts'
import { NoQuerySchema } from '../../api/schemas/request.ts'

interface RequestSchemas {
  readonly params?: TSchema
  readonly querystring?: TSchema
  readonly headers?: TSchema
  readonly body?: TSchema
  /** Media types of the body. */
  readonly consumes?: string[]
}

/** @param answers replaces answers of `api/` by schemas that say more */
export function routeOf(
  id: OperationId,
  request: RequestSchemas & { readonly security?: [] } = {},
  answers: Answers = {},
) {
  const { method, path, ...words } = OPERATIONS[id]
  const response = Object.entries({ ...ANSWERS[id], ...answers }).map(([status, schema]) => [
    status,
    Number(status) < 400 ? schema : asProblem(schema),
  ])
  return {
    method,
    url: path.replace(/\{(\w+)\}/g, ':$1'),
    schema: {
      operationId: id,
      ...words,
      querystring: NoQuerySchema,
      ...request,
      response: { ...Object.fromEntries(response), default: asProblem(ProblemDocumentSchema) },
    },
  }
}

function asProblem(schema: TSchema) {
  const { description } = schema as { readonly description?: string }
  return { description, content: { [PROBLEM_TYPE]: { schema } } }
}
