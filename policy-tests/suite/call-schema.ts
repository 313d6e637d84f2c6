// The schema of a call, and of the behavior of its upstream.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { Count, Duration, Message, SentHeaders, STATUSES, Status, strict, Text } from './fields.ts'

const BackendSchema = Type.Object(
  {
    failFirst: Count('how many tries fail'),
    status: Type.Optional({ ...Status, description: `the status of tries that fail, ${STATUSES}` }),
    delay: Duration('how long a try takes'),
    answer: Type.Optional(Message),
    metadata: SentHeaders('headers of the answer, such as { x-served-by: orders-1 }'),
  },
  { ...strict, description: 'what the upstream does, such as { failFirst: 2, delay: 50ms }' },
)
/** A status without `failFirst` fails all tries; a try fails with UNAVAILABLE by default. */
export type BackendBehavior = DeepReadonly<Static<typeof BackendSchema>>

export const CallSchema = Type.Object(
  {
    fleet: Type.Optional(Text('the name of a fleet of Envoys, needed if the document has several')),
    listener: Type.Optional(Text('the name of a listener, needed if the fleet has several')),
    change: Type.Optional(Text('the name of an entry of changes, for a call that is made with it')),
    method: Type.Optional(
      Type.String({
        pattern: '^[^/]+/[^/]+$',
        description: 'a method of the protos such as shop.Orders/Get',
      }),
    ),
    path: Type.Optional(
      Type.String({
        pattern: '^[!-~]+$',
        description: 'a path that is not in the protos, such as /shop.Orders/Nothing',
      }),
    ),
    message: Type.Optional(
      Type.Unsafe<Record<string, unknown> | Record<string, unknown>[]>({
        type: ['object', 'array'],
        items: Message,
        description:
          "a message as JSON such as { id: '1' }, or a list of messages for a stream of the client",
      }),
    ),
    metadata: SentHeaders('headers of this call, such as { x-tenant: blue }'),
    authority: Type.Optional(Text('the :authority, such as shop.example.org')),
    web: Type.Optional(
      Type.Boolean({ description: 'true or false: whether it is made by gRPC-Web, as pages of browsers do' }),
    ),
    deadline: Duration('how long the caller waits'),
    backend: Type.Optional(BackendSchema),
  },
  { ...strict, description: 'a call such as { method: shop.Orders/Get }' },
)
export type Call = DeepReadonly<Static<typeof CallSchema>>
