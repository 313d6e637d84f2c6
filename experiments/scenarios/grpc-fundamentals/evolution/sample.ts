// The order that each program sends: every field that its version has is set.

import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf'

type Scalar = string | number

/** By field number. Older programs know neither a card nor a discount, which is 0: present, and nothing of it. */
const VALUES: Readonly<Record<number, Scalar>> = {
  1: 'o-17',
  2: 'Ada',
  3: 2,
  4: 'SPRING',
  6: 'ring twice',
  7: '4242',
  9: 0,
}
/** Where a text is a number in another version. */
const POINTS = 120
/** For a field that is repeated in another version. */
const SECOND = 'and wait'

/** @param values other than those of the sample, by field number; `undefined` leaves a field out */
export function sampleOrder(
  desc: DescMessage,
  values: Readonly<Record<number, Scalar | undefined>> = {},
): Message {
  const paid = new Set<string>()
  const fields = desc.fields.flatMap((field): [string, JsonValue][] => {
    const value = field.number in values ? values[field.number] : (VALUES[field.number] ?? statusOf(field))
    if (value === undefined) return []
    // Of a oneof, one is set.
    if (field.oneof !== undefined && paid.has(field.oneof.name)) return []
    if (field.oneof !== undefined) paid.add(field.oneof.name)
    return [[field.jsonName, fitting(field, value)]]
  })
  return fromJson(desc, Object.fromEntries(fields))
}

/** The newest status that the version has. */
const statusOf = (field: DescField): string | undefined =>
  ['ORDER_STATUS_RETURNED', 'ORDER_STATUS_SHIPPED'].find((name) =>
    field.enum?.values.some((value) => value.name === name),
  )

function fitting({ fieldKind, scalar }: DescField, value: Scalar): JsonValue {
  const isText = scalar === undefined || scalar === ScalarType.STRING
  if (fieldKind === 'list') return [value, SECOND]
  if (isText) return String(value)
  return Number.isNaN(Number(value)) ? POINTS : Number(value)
}
