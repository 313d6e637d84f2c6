// Messages of the test's own, with sensitive fields at every place where one can be.

import { create, createFileRegistry, fromJson, type JsonValue, setExtension } from '@bufbuild/protobuf'
import {
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_struct,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'
import { sensitive } from '@envoy/xds-protos/switchyard/log/v1/sensitive_pb.js'
import { field, message } from './proto-fields.ts'

function ourOption() {
  const options = create(FieldOptionsSchema)
  setExtension(options, sensitive, true)
  return options
}

const file = create(FileDescriptorProtoSchema, {
  ...{ name: 'test/secret.proto', package: 'test', syntax: 'proto3' },
  dependency: ['google/protobuf/any.proto', 'google/protobuf/struct.proto'],
  messageType: [
    {
      name: 'Card',
      field: [
        field(1, 'holder', Type.STRING),
        field(2, 'number', Type.STRING, { options: ourOption() }),
        field(3, 'pin', Type.STRING, { options: create(FieldOptionsSchema, { debugRedact: true }) }),
        field(4, 'photo', Type.BYTES),
      ],
    },
    {
      name: 'Order',
      oneofDecl: [{ name: 'payment' }],
      nestedType: [
        {
          name: 'ByNameEntry',
          options: { mapEntry: true },
          field: [field(1, 'key', Type.STRING), message(2, 'value', '.test.Card')],
        },
      ],
      field: [
        field(1, 'id', Type.STRING),
        message(2, 'card', '.test.Card', { oneofIndex: 0 }),
        message(3, 'cards', '.test.Card', { label: Label.REPEATED }),
        message(4, 'by_name', '.test.Order.ByNameEntry', { label: Label.REPEATED }),
        message(5, 'wrapped', '.google.protobuf.Any'),
        message(6, 'more', '.google.protobuf.Struct'),
        message(7, 'hidden', '.test.Card', { options: ourOption() }),
        field(8, 'tags', Type.STRING, { label: Label.REPEATED }),
        message(9, 'part', '.test.Order'),
      ],
    },
  ],
})

export const SECRET_TYPES = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [file_google_protobuf_any.proto, file_google_protobuf_struct.proto, file],
  }),
)

export function secretType(name: 'Card' | 'Order') {
  const desc = SECRET_TYPES.getMessage(`test.${name}`)
  if (desc === undefined) throw new TypeError(`there is no test.${name}`)
  return desc
}

/** A message from its JSON, with the names of the .proto file. */
export function secretMessage(name: 'Card' | 'Order', json: JsonValue) {
  return fromJson(secretType(name), json, { registry: SECRET_TYPES })
}
