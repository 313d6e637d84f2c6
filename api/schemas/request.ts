// Parameters, queries and headers of requests.

import { type Static, type TSchema, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

export const FleetParamsSchema = Type.Object({
  fleet: Type.String({ description: 'the name of a fleet', examples: ['edge'] }),
})
export type FleetParams = DeepReadonly<Static<typeof FleetParamsSchema>>

export const NodeParamsSchema = Type.Object({
  ...FleetParamsSchema.properties,
  node: Type.String({ description: 'the name of a node', examples: ['edge-1'] }),
})
export type NodeParams = DeepReadonly<Static<typeof NodeParamsSchema>>

export const UpstreamParamsSchema = Type.Object({
  upstream: Type.String({ description: 'the name of an upstream', examples: ['echo'] }),
})
export type UpstreamParams = DeepReadonly<Static<typeof UpstreamParamsSchema>>

export const EndpointParamsSchema = Type.Object({
  ...UpstreamParamsSchema.properties,
  endpoint: Type.String({ description: 'the name of an endpoint', examples: ['b4'] }),
})
export type EndpointParams = DeepReadonly<Static<typeof EndpointParamsSchema>>

export const RevisionParamsSchema = Type.Object({
  number: Type.String({
    pattern: '^[1-9]\\d{0,8}$',
    description: 'the number of a revision, such as 7',
    examples: ['1'],
  }),
})
export type RevisionParams = DeepReadonly<Static<typeof RevisionParamsSchema>>

export const NodeQuerySchema = Type.Object(
  {
    node: Type.Optional(
      Type.String({ minLength: 1, description: 'the name of a connected node', examples: ['edge-1'] }),
    ),
  },
  { additionalProperties: false, description: 'a query such as ?node=edge-1' },
)
export type NodeQuery = DeepReadonly<Static<typeof NodeQuerySchema>>

/** Of an operation without parameters in the query. */
export const NoQuerySchema = Type.Object({}, { additionalProperties: false, description: 'no query' })

/** From 1 to 300,000 ms, from 1 to 300 s, or from 1 to 5 m. */
const WAIT = '^([1-9]\\d{0,4}ms|[12]\\d{5}ms|300000ms|[1-9]\\d?s|[12]\\d\\ds|300s|[1-5]m)$'

export const WaitQuerySchema = Type.Object(
  {
    wait: Type.Optional(
      Type.String({
        pattern: WAIT,
        description: 'a duration from 1ms to 5m, such as 500ms, 30s or 2m (or no wait at all)',
        examples: ['30s'],
      }),
    ),
  },
  { additionalProperties: false, description: 'a query such as ?wait=30s' },
)
export type WaitQuery = DeepReadonly<Static<typeof WaitQuerySchema>>

/** How many revisions a page has. */
export const DEFAULT_LIMIT = '100'

export const PageQuerySchema = Type.Object(
  {
    limit: Type.Optional(
      Type.String({
        pattern: '^([1-9]\\d{0,2}|1000)$',
        default: DEFAULT_LIMIT,
        description: 'how many revisions to list, a number from 1 to 1000',
      }),
    ),
    before: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,8}$',
        description: 'the number of a revision: list only older ones, such as 57',
      }),
    ),
  },
  { additionalProperties: false, description: 'a query such as ?limit=20&before=57' },
)
export type PageQuery = DeepReadonly<Static<typeof PageQuerySchema>>

export const LoadQuerySchema = Type.Object(
  {
    fleet: Type.Optional(Type.String({ description: 'the name of a fleet', examples: ['edge'] })),
    upstream: Type.Optional(Type.String({ description: 'the name of an upstream', examples: ['echo'] })),
    node: Type.Optional(Type.String({ description: 'the id of a node', examples: ['edge-1'] })),
  },
  { additionalProperties: false, description: 'a query such as ?fleet=edge&upstream=echo' },
)
export type LoadQuery = DeepReadonly<Static<typeof LoadQuerySchema>>

export const TrafficQuerySchema = Type.Object(
  {
    fleet: Type.Optional(Type.String({ description: 'the name of a fleet', examples: ['edge'] })),
    minutes: Type.Optional(
      Type.String({
        pattern: '^([1-9]|1[0-5])$',
        description: 'how far to look back, a number of minutes from 1 to 15',
        examples: ['5'],
      }),
    ),
  },
  { additionalProperties: false, description: 'a query such as ?fleet=edge&minutes=5' },
)
export type TrafficQuery = DeepReadonly<Static<typeof TrafficQuerySchema>>

export const PanelParamsSchema = Type.Object({
  dashboard: Type.String({
    description: 'the id of a dashboard, such as switchyard-red',
    examples: ['switchyard-red'],
  }),
  panel: Type.String({ description: 'the id of a panel of it', examples: ['successful-calls-of-clients'] }),
})
export type PanelParams = DeepReadonly<Static<typeof PanelParamsSchema>>

export const PanelQuerySchema = Type.Object(
  {
    minutes: Type.Optional(
      Type.String({
        pattern: '^([1-9]|[1-9]\\d{1,2}|1[0-3]\\d\\d|14[0-3]\\d|1440)$',
        description: 'how far to look back, a number of minutes from 1 to 1440',
        examples: ['60'],
      }),
    ),
  },
  { additionalProperties: false, description: 'a query such as ?minutes=60' },
)
export type PanelQuery = DeepReadonly<Static<typeof PanelQuerySchema>>

/** A tag as a server writes it, or as a person copies it from the field `etag` of a revision. */
const TAG = '(?:(?:W/)?"[!#-+\\--~]*"|[\\w-]+)'
/** What If-Match and If-None-Match may be. */
export const ETAGS = `^(?:\\*|${TAG}(?: *, *${TAG})*)$`

const IF_MATCH = Type.String({
  pattern: ETAGS,
  description:
    'The ETag of the document that this write replaces, as `GET /v1/config` answered it; or * for any. An ETag that a proxy has made weak (`W/"…"`) counts too.',
  examples: ['*'],
})
const headers = (fields: Readonly<Record<string, TSchema>>) =>
  Type.Object(fields, { additionalProperties: true, description: 'headers' })

export const EventsHeadersSchema = headers({
  'last-event-id': Type.Optional(
    Type.String({ description: 'The id of the last event that was read. An unknown one is ignored.' }),
  ),
})
export const IfMatchSchema = headers({ 'if-match': IF_MATCH })
export const OptionalIfMatchSchema = headers({ 'if-match': Type.Optional(IF_MATCH) })
export const IfNoneMatchSchema = headers({
  'if-none-match': Type.Optional(
    Type.String({
      pattern: ETAGS,
      description: 'The ETag of the document that the client has: 304 if it is still in force.',
    }),
  ),
})
