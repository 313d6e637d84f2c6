// Completes a path of the document, or the value of an assignment: names from a document, fields and values from its schema.

import { type DescribedField, describeSchema } from '../../../control-plane/document/describe-schema.ts'
import { fieldsAt, fieldsDirectlyIn, stepsOf } from '../../../control-plane/document/field-path.ts'
import { ConfigSchema } from '../../../control-plane/document/model.ts'
import { isMap, ownValue } from '../../../core/plain-map.ts'

type Steps = readonly string[]

/** A name that needs no quotes in a path. */
const PLAIN = /^[\w-]+$/
const FIELDS = describeSchema(ConfigSchema)

/**
 * The words that begin with this one. A path that goes on ends with a dot.
 * @param document the one in force, whose names are completed; without it, only fields are
 * @param isAssignment whether a field is followed by `=` and a value
 */
export function completePath(document: unknown, word: string, isAssignment: boolean): readonly string[] {
  const equals = word.indexOf('=')
  if (equals !== -1) {
    const path = word.slice(0, equals)
    return valuesAt(document, path.split('.'))
      .map((value) => `${path}=${value}`)
      .filter((one) => one.startsWith(word))
  }
  const end = word.lastIndexOf('.') + 1
  const before = word.slice(0, end)
  const around = end === 0 ? [] : before.slice(0, -1).split('.')
  return [...namesIn(document, around)]
    .filter((name) => PLAIN.test(name) && `${before}${name}`.startsWith(word))
    .map((name) => `${before}${name}${goesOn(document, [...around, name]) ? '.' : isAssignment ? '=' : ''}`)
}

function namesIn(document: unknown, around: Steps): ReadonlySet<string> {
  const value = valueAt(document, around)
  const fields = fieldsDirectlyIn(FIELDS, around).filter((field) => isOfFleet(document, field, around))
  return new Set([
    ...(isMap(value) ? Object.keys(value) : []),
    ...fields.map((field) => stepsOf(field).at(-1) ?? ''),
  ])
}

/** A fleet of the document has the fields of its kind. */
function isOfFleet(document: unknown, { clients }: DescribedField, [top, name]: Steps): boolean {
  const kind = top === 'fleets' && name !== undefined ? valueAt(document, [top, name, 'kind']) : undefined
  return typeof kind !== 'string' || clients.includes(kind)
}

function goesOn(document: unknown, steps: Steps): boolean {
  return isMap(valueAt(document, steps)) || fieldsDirectlyIn(FIELDS, steps).length > 0
}

function valuesAt(document: unknown, steps: Steps): readonly string[] {
  const fields = fieldsAt(FIELDS, steps).filter((field) => isOfFleet(document, field, steps))
  const values = fields.flatMap((field) => {
    if (field.type === 'boolean') return ['true', 'false']
    return (
      field.values ??
      (field.example === undefined || typeof field.example === 'object' ? [] : [String(field.example)])
    )
  })
  return [...new Set(values)]
}

function valueAt(document: unknown, steps: Steps): unknown {
  return steps.reduce((value, name) => (isMap(value) ? ownValue(value, name) : undefined), document)
}
