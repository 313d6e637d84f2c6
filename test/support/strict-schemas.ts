// Checks real REST answers against the schemas of `api/`, and rejects fields that a schema does not name.

import { Ajv } from 'ajv'
import type { TSchema } from 'typebox'
import { OPERATIONS, type OperationId } from '../../api/operations.ts'
import { ANSWERS } from '../../api/schemas/answers.ts'
import { ProblemDocumentSchema } from '../../api/schemas/problem.ts'
import { ERROR_CODES, type ErrorCode } from '../../core/errors.ts'

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false })

/** Operation and status of an answer that matches its schema, such as `putLb 200`; otherwise the problems. */
export function describeAnswer(method: string, path: string, status: number, body: unknown): string {
  const id = operationAt(method, path)
  const schema = ANSWERS[id][status] ?? problemSchemaOf(id, status)
  if (schema === undefined) return `${id} ${status} is not documented: ${JSON.stringify(body)}`
  const validate = ajv.compile(closed(schema) as object)
  if (validate(body)) return `${id} ${status}`
  return `${id} ${status}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`
}

function problemSchemaOf(id: OperationId, status: number): TSchema | undefined {
  const codes: readonly ErrorCode[] = OPERATIONS[id].problems
  return codes.some((code) => ERROR_CODES[code] === status) ? ProblemDocumentSchema : undefined
}

function operationAt(method: string, path: string): OperationId {
  const found = Object.entries(OPERATIONS).find(
    ([, operation]) =>
      operation.method === method &&
      new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  if (found === undefined) throw new Error(`${method} ${path} is not in OPERATIONS`)
  return found[0] as OperationId
}

/** The schema without additional properties, except where it allows them explicitly (options of a policy). */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  const properties = (schema as TSchema & { readonly properties?: object }).properties
  const namesAny = typeof properties === 'object' && Object.keys(properties).length > 0
  const isOpen = (schema as { readonly additionalProperties?: unknown }).additionalProperties === true
  return namesAny && !isOpen && 'type' in schema ? { ...inner, additionalProperties: false } : inner
}
