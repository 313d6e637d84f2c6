// A field of a message as one line: `repeated envoy.config.core.v3.Address addresses = 3`, with `enum`, `optional`, `deprecated` and its
// oneof (`in NAME`) where it has them. Plain JavaScript, like generate.js.

import { create } from '@bufbuild/protobuf'
import {
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  OneofDescriptorProtoSchema,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'

const LINE = /^(deprecated )?(repeated |optional )?(enum )?(\S+) (\w+) = (\d+)(?: in (\w+))?$/

/** @param message that has the field */
export function writeField(field, { oneofDecl }) {
  const { name, number, label, type, typeName, proto3Optional, options } = field
  const words = [
    options?.deprecated ? 'deprecated' : '',
    label === Label.REPEATED ? 'repeated' : proto3Optional ? 'optional' : '',
    type === Type.ENUM ? 'enum' : '',
    typeName === '' ? Type[type].toLowerCase() : typeName.slice(1),
    `${name} = ${number}`,
    isInOneof(field) && !proto3Optional ? `in ${oneofDecl[field.oneofIndex].name}` : '',
  ]
  return words.filter((word) => word !== '').join(' ')
}

/** Adds the field of a line to a message. It replaces the one of its number, whose name or type is another one. */
export function parseField(line, message) {
  const found = LINE.exec(line)
  if (found === null) throw new Error(`"${line}" is no field`)
  const [, deprecated, label, isEnum, typeText, name, number, oneof] = found
  const scalar = Type[typeText.toUpperCase()]
  const isScalar = scalar !== undefined && !isEnum && !typeText.includes('.')
  const isOptional = label === 'optional '
  const field = create(FieldDescriptorProtoSchema, {
    name,
    jsonName: jsonNameOf(name),
    number: Number(number),
    label: label === 'repeated ' ? Label.REPEATED : Label.OPTIONAL,
    type: isScalar ? scalar : isEnum ? Type.ENUM : Type.MESSAGE,
    ...(!isScalar && { typeName: `.${typeText}` }),
    ...(deprecated && { options: { deprecated: true } }),
    ...(isOptional && { proto3Optional: true }),
  })
  const group = isOptional ? `_${name}` : oneof
  if (group !== undefined) field.oneofIndex = oneofIn(message, group)
  const at = message.field.findIndex((one) => one.number === field.number)
  if (at < 0) message.field.push(field)
  else message.field[at] = field
}

/** Whether one of the fields has the same number, name and type. */
export function isSameField({ number, name, type, typeName }, fields) {
  const same = fields?.find((one) => one.number === number)
  return same !== undefined && same.name === name && same.type === type && same.typeName === typeName
}

function isInOneof(field) {
  return Object.hasOwn(field, 'oneofIndex')
}

function oneofIn({ oneofDecl }, name) {
  const at = oneofDecl.findIndex((one) => one.name === name)
  return at >= 0 ? at : oneofDecl.push(create(OneofDescriptorProtoSchema, { name })) - 1
}

function jsonNameOf(name) {
  return name.replace(/_+([a-z0-9])/gi, (_, letter) => letter.toUpperCase())
}

/**
 * Descriptors have the fields of a oneof side by side, and the oneofs of `optional` fields behind the others.
 * @returns the earlier places of fields and of oneofs, in their new order
 */
export function putOneofsInOrder(message) {
  const isOfOptional = (at) => message.field.some((field) => field.proto3Optional && field.oneofIndex === at)
  const oneofs = sortedPlaces(message.oneofDecl, (_, at) => Number(isOfOptional(at)))
  reorder(message.oneofDecl, oneofs)
  for (const field of message.field) if (isInOneof(field)) field.oneofIndex = oneofs.indexOf(field.oneofIndex)
  const firstOf = (field) => message.field.findIndex((one) => one === field || isSameOneof(one, field))
  const fields = sortedPlaces(message.field, firstOf)
  reorder(message.field, fields)
  return { fields, oneofs }
}

/** The places of a list, sorted by a number for each. */
function sortedPlaces(list, keyOf) {
  const keys = list.map(keyOf)
  return keys.map((_, at) => at).sort((a, b) => keys[a] - keys[b])
}

function reorder(list, places) {
  const before = [...list]
  list.splice(0, list.length, ...places.map((at) => before[at]))
}

function isSameOneof(one, other) {
  return isInOneof(one) && isInOneof(other) && one.oneofIndex === other.oneofIndex
}
