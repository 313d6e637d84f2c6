// What the other side of a call did not see as it was sent, field by field: numbers are what both sides have in common.

import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Seen } from './programs.ts'

/** An order in the eyes of one version. */
export interface View {
  readonly desc: DescMessage
  /** proto3 JSON. */
  readonly json: JsonObject
}

/** @returns nothing if all was seen; else a line for each field, such as `quantity: 2 → 1`, `note (6): unknown, kept` */
export function differences(sent: View, seen: View, unknown: Seen['unknown'] = []): readonly string[] {
  return sent.desc.fields.flatMap((field) => {
    const was = sent.json[field.jsonName]
    if (was === undefined) return []
    const here = seen.desc.fields.find(({ number }) => number === field.number)
    const name = `${field.name} (${field.number})`
    if (here === undefined)
      return [unknown.includes(field.number) ? `${name}: unknown, kept` : `${name}: lost`]
    const is = seen.json[here.jsonName]
    if (isSame(was, is)) return []
    if (is === undefined) return [`${name}: ${textOf(was)} → nothing`]
    const hasNoName = field.enum !== undefined && typeof is === 'number'
    return [`${name}: ${textOf(was)} → ${textOf(is)}${hasNoName ? ', a number without a name' : ''}`]
  })
}

/** A 64-bit number is a text in proto3 JSON, and one value of a list is what a single field has. */
function isSame(a: JsonValue, b: JsonValue | undefined): boolean {
  return (
    JSON.stringify(a) === JSON.stringify(b) ||
    (typeof a === 'number' && String(a) === b) ||
    (Array.isArray(b) && b.length === 1 && isSame(a, b[0]))
  )
}

/** Control characters of a text that was no text are visible. */
const textOf = (value: JsonValue) => JSON.stringify(value)
