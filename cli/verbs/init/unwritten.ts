// What a starting document leaves out, as lines of YAML that can be uncommented: made from the declarations of the switches.

import { type DescribedField, describeSchema } from '../../../control-plane/document/describe-schema.ts'
import { fieldsDirectlyIn, stepsOf } from '../../../control-plane/document/field-path.ts'
import { flowYaml } from '../../../control-plane/document/flow-yaml.ts'
import { ConfigSchema } from '../../../control-plane/document/model.ts'
import { checkConfig } from '../../../control-plane/document/validate.ts'
import { isMap } from '../../../core/plain-map.ts'

type Steps = readonly string[]

/** What is in them is listed by itself. */
const PARTS = ['filters', 'security']

const FIELDS = describeSchema(ConfigSchema)

/**
 * A line for each field at a place that has no effect until somebody writes it. Each is valid by itself in this document: what
 * would refer to other entries, or contradict what is written, is left out.
 * @param kind of the fleet that uses the place
 */
export function unwrittenAt(document: object, place: Steps, kind: string): readonly string[] {
  const fields = fieldsDirectlyIn(FIELDS, place).filter((field) => isUnwritten(field, kind))
  return fields.flatMap((field) => {
    const name = stepsOf(field).at(-1) ?? ''
    const steps = [...place, name]
    if (PARTS.includes(name) || valueAt(document, steps) !== undefined) return []
    if ('problems' in checkConfig(withValue(document, steps, field.example))) return []
    return [`${name}: ${flowYaml(field.example)} # ${nounOf(field)}`]
  })
}

function isUnwritten({ required, default: fallback, example, clients, when }: DescribedField, kind: string) {
  const isOfKind = clients.includes(kind) && (when === undefined || when.includes(`kind: ${kind}`))
  return isOfKind && !required && fallback === undefined && example !== undefined
}

/** The beginning of the description, without its example. */
function nounOf({ description }: DescribedField): string {
  const [noun = ''] = description.split(/,? such as |, \{|[;:] /)
  return noun
}

function valueAt(document: unknown, [name, ...rest]: Steps): unknown {
  if (name === undefined) return document
  return isMap(document) ? valueAt(document[name], rest) : undefined
}

function withValue(document: unknown, [name, ...rest]: Steps, value: unknown): unknown {
  if (name === undefined) return value
  const entries = isMap(document) ? document : {}
  return { ...entries, [name]: withValue(entries[name], rest, value) }
}
