// A message of the test's own with a sensitive field of each kind, by Envoy's option.

import { create, createFileRegistry, setExtension } from '@bufbuild/protobuf'
import {
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_struct,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'
import { sensitive } from '@envoy/xds-protos/udpa/annotations/sensitive_pb.js'
import { field, message } from './proto-fields.ts'

const marked = create(FieldOptionsSchema)
setExtension(marked, sensitive, true)
const MARKED = { options: marked }
const REPEATED = { label: Label.REPEATED }

const file = create(FileDescriptorProtoSchema, {
  ...{ name: 'test/sensitive.proto', package: 'test', syntax: 'proto3' },
  dependency: ['google/protobuf/any.proto', 'google/protobuf/struct.proto'],
  messageType: [
    {
      name: 'Part',
      field: [
        field(1, 'text', Type.STRING),
        field(2, 'raw', Type.BYTES),
        field(3, 'number', Type.INT32),
        field(4, 'texts', Type.STRING, REPEATED),
        message(5, 'part', '.test.Part'),
      ],
    },
    {
      name: 'Sensitive',
      nestedType: [
        {
          name: 'LabelsEntry',
          options: { mapEntry: true },
          field: [field(1, 'key', Type.STRING), field(2, 'value', Type.STRING)],
        },
        {
          name: 'NamedEntry',
          options: { mapEntry: true },
          field: [field(1, 'key', Type.STRING), message(2, 'value', '.test.Part')],
        },
        {
          name: 'HoldersEntry',
          options: { mapEntry: true },
          field: [field(1, 'key', Type.STRING), message(2, 'value', '.test.Sensitive')],
        },
      ],
      field: [
        field(1, 'name', Type.STRING),
        field(2, 'text', Type.STRING, MARKED),
        field(3, 'raw', Type.BYTES, MARKED),
        field(4, 'number', Type.INT32, MARKED),
        field(5, 'texts', Type.STRING, { ...REPEATED, ...MARKED }),
        message(6, 'part', '.test.Part', MARKED),
        message(7, 'parts', '.test.Part', { ...REPEATED, ...MARKED }),
        message(8, 'named', '.test.Sensitive.NamedEntry', { ...REPEATED, ...MARKED }),
        message(9, 'free', '.google.protobuf.Struct', MARKED),
        message(10, 'frees', '.google.protobuf.Struct', { ...REPEATED, ...MARKED }),
        message(11, 'packed', '.google.protobuf.Any', MARKED),
        message(12, 'holders', '.test.Sensitive.HoldersEntry', REPEATED),
        field(13, 'raws', Type.BYTES, { ...REPEATED, ...MARKED }),
        message(14, 'labels', '.test.Sensitive.LabelsEntry', REPEATED),
      ],
    },
  ],
})

const types = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [file_google_protobuf_any.proto, file_google_protobuf_struct.proto, file],
  }),
)

export function sensitiveKinds() {
  const schema = types.getMessage('test.Sensitive')
  if (schema === undefined) throw new TypeError('there is no test.Sensitive')
  return schema
}
