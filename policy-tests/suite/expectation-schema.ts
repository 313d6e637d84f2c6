// The schema of an expectation: what one caller gets for one call.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { Count, Duration, STATUSES, Status, strict } from './fields.ts'

const ArrivingHeaders = (description: string) =>
  Type.Optional(
    Type.Unsafe<Record<string, string | null>>({
      type: 'object',
      additionalProperties: {
        type: ['string', 'null'],
        description: 'a text, or null for a header that must not arrive',
      },
      description,
    }),
  )

export const ExpectationSchema = Type.Object(
  {
    status: Type.Unsafe<string | string[]>({
      type: ['string', 'array'],
      pattern: `^(${GRPC_STATUS_NAMES.join('|')})$`,
      items: Status,
      minItems: 1,
      description: `${STATUSES}; or a list, for any of them`,
    }),
    message: Type.Optional(Type.String({ description: 'a part of the message of the status' })),
    upstream: Type.Optional(
      Type.Unsafe<string | string[] | null>({
        type: ['string', 'array', 'null'],
        minItems: 1,
        items: { type: 'string', description: 'the name of an upstream' },
        description: 'the upstream that gets the call, a list for any of them, or null for none',
      }),
    ),
    headers: ArrivingHeaders('headers as the upstream gets them, such as { x-user: alice, x-admin: null }'),
    responseHeaders: ArrivingHeaders(
      'headers and trailers as the caller gets them, such as { x-served-by: edge, server: null }',
    ),
    tries: Count('how many tries reach an upstream'),
    atLeast: Duration('how long the call takes at least'),
    atMost: Duration('how long the call takes at most'),
  },
  { ...strict, description: 'a status, or an expectation such as { status: OK, upstream: orders }' },
)
/** A status alone is read as `{ status }`. */
export type Expectation = DeepReadonly<Static<typeof ExpectationSchema>>
