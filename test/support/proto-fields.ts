// Fields of messages that tests describe themselves.

import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'

/** An optional field. @param more replaces what it has, such as its label */
export function field(number: number, name: string, type: Type, more: object = {}) {
  return { ...{ number, name, type, label: Label.OPTIONAL, jsonName: name }, ...more }
}

/** A field with a message. @param typeName with the dot before its package */
export function message(number: number, name: string, typeName: string, more: object = {}) {
  return field(number, name, Type.MESSAGE, { typeName, ...more })
}
