// An operation of `api/` as a fastify route: method, URL, and the schemas for validation and for the API document.

import type { TSchema } from 'typebox'
import { JSON_TYPE, PROBLEM_TYPE } from '../../api/media-types.ts'
import { OPERATIONS, type Operation, type OperationId } from '../../api/operations.ts'
import { type DescribedCode, PROBLEM_DESCRIPTIONS } from '../../api/problem-descriptions.ts'
import { ANSWERS, type Answers } from '../../api/schemas/answers.ts'
import { ProblemDocumentSchema } from '../../api/schemas/problem.ts'
import { NoQuerySchema } from '../../api/schemas/request.ts'
import { ERROR_CODES } from '../../core/errors.ts'

interface RequestSchemas {
  readonly params?: TSchema
  readonly querystring?: TSchema
  readonly headers?: TSchema
  readonly body?: TSchema
  /** Media types of the body. */
  readonly consumes?: string[]
}

interface RouteOptions extends RequestSchemas {
  readonly security?: []
  /** Replaces answers of `api/` by schemas that say more. */
  readonly answers?: Answers
  /** Media types of the answer with status 200. Default: JSON. */
  readonly produces?: readonly string[]
}

const ETAG = {
  etag: { type: 'string', description: 'The document in force, for `If-Match` and `If-None-Match`.' },
}

/** Everything that the operation can answer is in the API document, each status by itself. */
export function routeOf(
  id: OperationId,
  { answers = {}, produces = [JSON_TYPE], ...request }: RouteOptions = {},
) {
  const { method, path, problems, etag, ...words }: Operation = OPERATIONS[id]
  const response = Object.entries({ ...ANSWERS[id], ...answers }).map(([status, schema]) => [
    status,
    asResponse(schema, Number(status) < 400 ? produces : [PROBLEM_TYPE], etag),
  ])
  return {
    method,
    url: path.replace(/\{(\w+)\}/g, ':$1'),
    schema: {
      operationId: id,
      ...words,
      querystring: NoQuerySchema,
      ...request,
      response: { ...problemResponses(problems), ...Object.fromEntries(response) },
    },
  }
}

/** Codes with one status share a response. */
function problemResponses(codes: readonly DescribedCode[]) {
  const byStatus = Map.groupBy(codes, (code) => ERROR_CODES[code])
  return Object.fromEntries(
    [...byStatus].map(([status, sameStatus]) => {
      const description = sameStatus.map((code) => `\`${code}\`: ${PROBLEM_DESCRIPTIONS[code]}`).join(' ')
      return [status, asResponse({ ...ProblemDocumentSchema, description }, [PROBLEM_TYPE])]
    }),
  )
}

function asResponse(schema: TSchema, types: readonly string[], etag?: true) {
  const { description, type } = schema as { readonly description?: string; readonly type?: string }
  const headers = etag ? { headers: ETAG } : {}
  if (type === 'null') return { description, type, ...headers }
  const content = Object.fromEntries(types.map((mediaType) => [mediaType, { schema }]))
  return { description, ...headers, content }
}
