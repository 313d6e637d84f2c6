// CORS: which pages of other origins may call, with which metadata, and what of an answer they may read.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import {
  CorsPolicySchema,
  CorsSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/cors/v3/cors_pb.js'
import type { StringMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/string_pb.js'
import { Type } from 'typebox'
import { escapeRegex } from '../../../core/escape-regex.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import { PositiveDuration, parseDuration } from '../duration.ts'
import { HeaderName } from '../header-name.ts'
import { ACCEPT_HTTP1 } from '../http1.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'

const ANY = '*'

/** The metadata that clients of gRPC-Web send on their own. */
const OWN_HEADERS = ['content-type', 'x-grpc-web', 'x-user-agent', 'grpc-timeout']
/** Without them a page sees neither the status nor its details. */
const OWN_EXPOSED = ['grpc-status', 'grpc-message', 'grpc-status-details-bin']

/** As a browser writes it: https://www.rfc-editor.org/rfc/rfc6454#section-6.1 */
const ORIGIN = '[a-z][a-z0-9+.-]*://(\\*\\.)?(\\[[0-9a-f:.]+\\]|[a-z0-9_-]+(\\.[a-z0-9_-]+)*)(:\\d{1,5})?'

const Origin = Type.String({
  pattern: `^(\\*|${ORIGIN})$`,
  maxLength: 300,
  description:
    'an origin in lower case without a path, such as "https://app.example.com", or "https://*.example.com" for all subdomains, or * for every page',
  ...facts({ envoy: 'CorsPolicy.allow_origin_string_match', example: 'https://app.example.com' }),
})

const Names = (description: string, envoy: string, example: readonly string[]) =>
  Type.Optional(
    Type.Array(HeaderName, {
      uniqueItems: true,
      default: [],
      description,
      ...facts({ envoy, example }),
    }),
  )

const ORIGINS = {
  uniqueItems: true,
  ...facts({ envoy: 'CorsPolicy.allow_origin_string_match', example: ['https://app.example.com'] }),
}

const POLICY = {
  credentials: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'true or false: whether browsers may send cookies and certificates along',
      ...facts({ envoy: 'CorsPolicy.allow_credentials' }),
    }),
  ),
  methods: Type.Optional(
    Type.Array(
      Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], {
        description: 'GET, POST, PUT, PATCH or DELETE',
      }),
      {
        uniqueItems: true,
        minItems: 1,
        default: ['POST'],
        description:
          'a list of HTTP methods: gRPC-Web has POST only, and JSON may need [GET, POST, PUT, DELETE]',
        ...facts({ envoy: 'CorsPolicy.allow_methods', example: ['GET', 'POST', 'PUT', 'DELETE'] }),
      },
    ),
  ),
  headers: Names(
    'a list of metadata that pages may send besides that of gRPC-Web itself, such as [authorization]',
    'CorsPolicy.allow_headers',
    ['authorization'],
  ),
  expose: Names(
    'a list of headers that pages may read besides the status of gRPC and its details, such as [x-request-id]',
    'CorsPolicy.expose_headers',
    ['x-request-id'],
  ),
  maxAge: PositiveDuration('10m', 'how long a browser may remember the answer', {
    envoy: 'CorsPolicy.max_age',
    example: '1h',
  }),
}

const EXAMPLE = { origins: ['https://app.example.com'], headers: ['authorization'] }

/**
 * `filters.cors` of a fleet, and of a rule instead of the fleet's. It is the first of the chain: it answers preflights, which have
 * no token, before a filter could deny them, and its headers are on the answers of all other filters. It denies no call: a browser
 * does, for pages that may not read the answer. A preflight has no metadata, so a rule that matches by headers never gets one.
 * https://fetch.spec.whatwg.org/#http-cors-protocol,
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cors_filter
 */
export const cors = httpFilterSwitch({
  name: 'cors',
  after: [],
  field: 'cors',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      origins: Type.Array(Origin, {
        minItems: 1,
        description: 'a list of the origins of pages that may call, such as [https://app.example.com]',
        ...ORIGINS,
      }),
      ...POLICY,
    },
    {
      additionalProperties: false,
      description: 'pages that may call, such as { enabled: true, origins: [https://app.example.com] }',
      ...facts({ envoy: 'Cors', example: { enabled: true, ...EXAMPLE } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [CorsSchema, CorsPolicySchema],
  problems,
  toExtension: () => anyPack(CorsSchema, create(CorsSchema)),
  toVirtualHost: toPolicy,
  toHttpConnectionManager: () => ACCEPT_HTTP1,
  rule: {
    schema: Type.Object(
      {
        origins: Type.Optional(
          Type.Array(Origin, {
            default: [],
            description: 'a list of the origins of pages that may call; none where it is empty',
            ...ORIGINS,
          }),
        ),
        ...POLICY,
      },
      {
        additionalProperties: false,
        description: 'pages that may call, such as { origins: [https://app.example.com] }, or {} for none',
        ...facts({ envoy: 'Route.typed_per_filter_config', example: EXAMPLE }),
      },
    ),
    problems,
    toExtension: toPolicy,
  },
})

interface Policy {
  readonly origins?: readonly string[]
  readonly credentials?: boolean
  readonly methods?: readonly string[]
  readonly headers?: readonly string[]
  readonly expose?: readonly string[]
  readonly maxAge?: string
}

/** By their schemes: a browser leaves them out, so an origin with one matches no page. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

function* problems({ origins = [], credentials = false }: Policy): Iterable<PlacedProblem> {
  for (const [index, origin] of origins.entries()) {
    const steps = ['origins', String(index)]
    if (origin === ANY && credentials) {
      const message =
        'is every page, and each of them would call with the cookies of its reader: list the origins, or write credentials: false'
      yield { steps, message }
    }
    const [scheme = '', port] = [origin.split('://')[0], /:(\d+)$/.exec(origin)?.[1]]
    if (port !== undefined && DEFAULT_PORTS[scheme] === port) {
      const message = `has the port that browsers leave out of ${scheme}, so no page has this origin: remove ":${port}"`
      yield { steps, message }
    }
  }
}

/** It sets every field, so that nothing of the fleet's policy shows through that of a rule. */
function toPolicy({ origins, credentials, methods, headers, expose, maxAge }: Required<Policy>): Any {
  const policy: MessageInitShape<typeof CorsPolicySchema> =
    origins.length === 0
      ? { filterEnabled: { defaultValue: { numerator: 0 } } }
      : {
          allowOriginStringMatch: origins.map(toMatcher),
          allowMethods: methods.join(', '),
          allowHeaders: listOf(OWN_HEADERS, headers),
          exposeHeaders: listOf(OWN_EXPOSED, expose),
          maxAge: String(Math.ceil((parseDuration(maxAge) ?? 0) / 1_000)),
          allowCredentials: credentials,
          // Envoy's default sends preflights of other origins on, to filters and services that know nothing of them.
          forwardNotMatchingPreflights: false,
        }
  return anyPack(CorsPolicySchema, create(CorsPolicySchema, policy))
}

function listOf(own: readonly string[], more: readonly string[]): string {
  return [...new Set([...own, ...more])].join(', ')
}

/** Envoy takes a matcher that matches a star for every origin. */
function toMatcher(origin: string): MessageInitShape<typeof StringMatcherSchema> {
  const [before, after] = origin.split('*.')
  if (after === undefined) return { matchPattern: { case: 'exact', value: origin } }
  const regex = `${escapeRegex(before ?? '')}([a-z0-9_-]+\\.)+${escapeRegex(after)}`
  return { matchPattern: { case: 'safeRegex', value: { regex } } }
}
