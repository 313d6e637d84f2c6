// The schema of a test file of `yard test`.

import { type Static, type TSchema, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { CallSchema } from './call-schema.ts'
import { CallerSchema } from './caller-schema.ts'
import { ExpectationSchema } from './expectation-schema.ts'
import { strict, Text } from './fields.ts'

const Names = (description: string, what: string) =>
  Type.Optional(Type.Array(Text(what), { minItems: 1, uniqueItems: true, description }))

function ByName<T extends TSchema>(entry: T, description: string) {
  return Type.Unsafe<Record<string, Static<T>>>({ type: 'object', description, additionalProperties: entry })
}

const AuthorizerSchema = Type.Object(
  { policy: Text('a folder with a policy in Rego') },
  { ...strict, description: 'the policy of the authorizer, such as { policy: policies/authz }' },
)

/** Paths are relative to the test file. */
export const SuiteSchema = Type.Object(
  {
    document: Type.Optional(
      Type.Unsafe<string | Record<string, unknown>>({
        type: ['string', 'object'],
        minLength: 1,
        description: 'the file of the document, such as document.yaml, or the document itself',
      }),
    ),
    changes: Type.Optional(
      ByName(
        Type.Unsafe<Record<string, unknown>>({
          type: 'object',
          description: 'a JSON merge patch of the document, such as { fleets: { edge: { security: null } } }',
        }),
        'changes of the document by their names: a call with change: NAME is made with that one',
      ),
    ),
    protos: Names('a list of .proto files or folders of them, such as [shop.proto]', 'a file or a folder'),
    descriptors: Names('a list of descriptor sets, such as [shop.binpb]', 'a file'),
    files: Type.Optional(
      Text('the folder of the files that switches name; by default files, beside the test file'),
    ),
    authorizer: Type.Optional(AuthorizerSchema),
    keep: Names(
      'a list of upstreams that are called at their own addresses, such as [ratings]',
      'an upstream',
    ),
    serial: Type.Optional(
      Type.Boolean({
        description:
          'true or false: whether calls are made one after the other, in the order of expect, for documents that count calls',
      }),
    ),
    callers: ByName(CallerSchema, 'callers by their names, such as { anonymous: {} }'),
    calls: ByName(CallSchema, 'calls by their names, such as { read: { method: shop.Orders/Get } }'),
    expect: ByName(
      ByName(
        ExpectationSchema,
        'expectations by the names of callers, such as { anonymous: UNAUTHENTICATED }',
      ),
      'expectations by the names of calls and callers, such as { read: { anonymous: UNAUTHENTICATED } }',
    ),
  },
  { ...strict, description: 'a test file with document, callers, calls and expect' },
)
export type SuiteFile = DeepReadonly<Static<typeof SuiteSchema>>
