// The option of our .proto files, and protobuf's own.

import { EntrySchema, PutRequestSchema } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import t from 'tap'
import { isSensitive } from './sensitive-field.ts'

t.test('O5.9: values of the key-value service are sensitive, and their keys are not', async (t) => {
  for (const { fields } of [EntrySchema, PutRequestSchema]) {
    for (const field of fields) t.equal(isSensitive(field), field.name === 'value', field.name)
  }
})
