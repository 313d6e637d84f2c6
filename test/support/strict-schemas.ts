// Holds real REST answers against the schemas of `api/`, and takes no field that a schema does not name.

import { Ajv } from 'ajv'
import type { TSchema } from 'typebox'
import { OPERATIONS, type OperationId } from '../../api/operations.ts'
import { ANSWERS } from '../../api/schemas/answers.ts'
import { ProblemDocumentSchema } from '../../api/schemas/problem.ts'

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false })

/** Operation and status of an answer that fits its schema, such as `putLb 200`; the misfits otherwise. */
export function describeAnswer(method: string, path: string, status: number, body: unknown): string {
  const id = operationAt(method, path)
  const schema = ANSWERS[id][status] ?? ProblemDocumentSchema
  const validate = ajv.compile(closed(schema) as object)
  if (validate(body)) return `${id} ${status}`
  return `${id} ${status}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`
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

/** The schema with additional properties rejected wherever it names any, unless it says that it has more (options of a policy). */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  const properties = (schema as TSchema & { readonly properties?: object }).properties
  const namesAny = typeof properties === 'object' && Object.keys(properties).length > 0
  const isOpen = (schema as { readonly additionalProperties?: unknown }).additionalProperties === true
  return namesAny && !isOpen && 'type' in schema ? { ...inner, additionalProperties: false } : inner
}
