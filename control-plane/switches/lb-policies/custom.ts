// A policy of the clients' own, which their programs register by name.

import { create, type JsonObject } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { TypedStructSchema } from '@envoy/xds-protos/xds/type/v3/typed_struct_pb.js'
import { Type } from 'typebox'
import { defineLbPolicy } from '../lb-policy.ts'
import { facts } from '../schema-keywords.ts'

/**
 * Clients without the policy use round robin. A client rejects the cluster if the policy rejects its config.
 * https://github.com/grpc/proposal/blob/master/A52-xds-custom-lb-policies.md
 */
export const custom = defineLbPolicy({
  name: 'custom',
  summary: 'A policy that the program of the client registers; round robin in clients without it.',
  options: {
    name: Type.String({
      pattern: '^[A-Za-z_][\\w.-]{0,99}$',
      description: 'the name that a program registers the policy by, such as example.LeastLoaded',
      ...facts({ envoy: 'TypedStruct.type_url', example: 'example.LeastLoaded' }),
    }),
    config: Type.Optional(
      Type.Unsafe<object>({
        type: 'object',
        additionalProperties: true,
        default: {},
        description: 'the config of the policy, any JSON object',
        ...facts({ envoy: 'TypedStruct.value', example: { choices: 3 } }),
      }),
    ),
  },
  appliesTo: ['proxyless'],
  messages: [TypedStructSchema],
  toExtension: ({ name, config }) =>
    anyPack(
      TypedStructSchema,
      create(TypedStructSchema, { typeUrl: `type.googleapis.com/${name}`, value: config as JsonObject }),
    ),
})
