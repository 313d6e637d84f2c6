// Rate limits that each Envoy holds by itself: calls beyond them end with RESOURCE_EXHAUSTED, or are only counted.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  VhRateLimitsOptions,
  XRateLimitHeadersRFCVersion,
} from '@envoy/xds-protos/envoy/extensions/common/ratelimit/v3/ratelimit_pb.js'
import { LocalRateLimitSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.js'
import { type Static, Type } from 'typebox'
import { httpFilterSwitch, type RateLimitParts } from '../attach-points.ts'
import { HeaderName } from '../header-name.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'
import { BUCKET, OPTIONAL_BUCKET, tooFull, toTokenBucket } from '../token-bucket.ts'
import { DISABLED } from './filter-of-rule.ts'

/** The stage of the descriptors of this filter. Stage 0, which is the default, is for a limit that Envoys share. */
const STAGE = 1

const HeaderBucket = Type.Object(
  {
    header: Type.String({
      ...HeaderName,
      ...facts({ envoy: 'RequestHeaders.header_name', example: 'x-tenant' }),
    }),
    value: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          'a value of the header. If it is not written, each value without a bucket of its own gets one, and Envoy keeps the 20 that were used last',
        ...facts({ envoy: 'Entry.value', example: 'gold' }),
      }),
    ),
    ...BUCKET,
  },
  {
    additionalProperties: false,
    description: 'a bucket such as { header: x-tenant, value: gold, maxTokens: 100 }',
    ...facts({
      envoy: 'LocalRateLimit.descriptors',
      example: { header: 'x-tenant', value: 'gold', maxTokens: 100 },
    }),
  },
)

const Flag = (fallback: boolean, description: string, envoy: string) =>
  Type.Optional(
    Type.Boolean({
      default: fallback,
      description: `true or false: ${description}`,
      ...facts({ envoy: `LocalRateLimit.${envoy}` }),
    }),
  )

const LIMIT = {
  ...OPTIONAL_BUCKET,
  byHeader: Type.Optional(
    Type.Array(HeaderBucket, {
      default: [],
      description: 'a list of buckets for calls with a header, such as [{ header: x-tenant, maxTokens: 10 }]',
      ...facts({
        envoy: 'LocalRateLimit.descriptors',
        example: [{ header: 'x-tenant', value: 'gold', maxTokens: 100 }],
      }),
    }),
  ),
  alwaysConsumeTotal: Flag(
    true,
    'whether calls with a bucket of byHeader take one of maxTokens too',
    'always_consume_default_token_bucket',
  ),
  perConnection: Flag(
    false,
    'whether each connection of a caller has buckets of its own',
    'local_rate_limit_per_downstream_connection',
  ),
  shadow: Flag(false, 'whether calls beyond the limit pass, and are only counted', 'filter_enforced'),
  answerHeaders: Flag(
    false,
    'whether answers have x-ratelimit-limit, x-ratelimit-remaining and x-ratelimit-reset',
    'enable_x_ratelimit_headers',
  ),
}

type HeaderBucket = Readonly<Static<typeof HeaderBucket>>
/** As written, or in effect. */
interface Limit {
  readonly maxTokens?: number | undefined
  readonly tokensPerFill?: number | undefined
  readonly fillInterval?: string | undefined
  readonly byHeader?: readonly HeaderBucket[]
  readonly alwaysConsumeTotal?: boolean
  readonly perConnection?: boolean
  readonly shadow?: boolean
  readonly answerHeaders?: boolean
}

const EXAMPLE = { maxTokens: 1_000, byHeader: [{ header: 'x-tenant', maxTokens: 100 }] }

/**
 * `filters.localRateLimit` of a fleet, and of a rule instead of the fleet's. It is behind the filters that deny calls, so that
 * nobody uses up the tokens of others who may not call. Each listener of each Envoy has its own buckets, and workers share them; those of a
 * rule are its own. A listener that changes has full buckets, and so has a rule if anything in the routes of its listener changes
 * (seen with Envoy 1.40). A call with several headers that have buckets takes a token of each.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export const localRateLimit = httpFilterSwitch({
  name: 'local_ratelimit',
  after: ['binary_metadata', 'header_mutation', 'jwt_authn', 'ext_authz', 'rbac', 'grpc_stats'],
  field: 'localRateLimit',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false: whether limits hold, also those of rules' }),
      ...LIMIT,
    },
    {
      additionalProperties: false,
      description: 'a rate limit of each Envoy, such as { enabled: true, maxTokens: 1000 }',
      ...facts({ envoy: 'LocalRateLimit', example: { enabled: true, ...EXAMPLE } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [LocalRateLimitSchema, FilterConfigSchema],
  problems,
  toExtension: (settings) => toLimit(settings, 'fleet', VhRateLimitsOptions.INCLUDE),
  toRateLimits,
  rule: {
    schema: Type.Object(LIMIT, {
      additionalProperties: false,
      description: 'a rate limit such as { maxTokens: 100 }, or {} for none',
      ...facts({ envoy: 'Route.typed_per_filter_config', example: EXAMPLE }),
    }),
    problems,
    toRateLimits,
    toExtension: (settings) =>
      settings.maxTokens === undefined ? DISABLED : toLimit(settings, 'rules', VhRateLimitsOptions.IGNORE),
  },
})

function* problems(limit: Limit): Iterable<PlacedProblem> {
  const { maxTokens, byHeader = [] } = limit
  yield* tooFull(limit)
  if (maxTokens === undefined && byHeader.length > 0) {
    const message =
      'is missing: write how many calls may come at once, of those with and without the headers of byHeader'
    yield { steps: ['maxTokens'], message }
  }
  if (limit.alwaysConsumeTotal === false && byHeader.some(({ value }) => value === undefined)) {
    const message =
      'lets callers pass without a limit if they make up values, because byHeader has a bucket for each value: remove alwaysConsumeTotal, or write the values'
    yield { steps: ['alwaysConsumeTotal'], message }
  }
  for (const [index, bucket] of byHeader.entries()) {
    const steps = ['byHeader', String(index)]
    yield* tooFull(bucket, steps)
    const earlier = byHeader.findIndex(
      ({ header, value }) => header === bucket.header && value === bucket.value,
    )
    if (earlier < index) {
      yield { steps, message: `is for the same calls as byHeader[${earlier}]: remove one of them` }
    }
  }
}

/** @param name the first word of its counters, such as `fleet.http_local_rate_limit.rate_limited` */
function toLimit(limit: Limit, name: string, vhRateLimits: VhRateLimitsOptions): Any {
  const { maxTokens, byHeader = [] } = limit
  const message: MessageInitShape<typeof LocalRateLimitSchema> = {
    statPrefix: name,
    // Envoy's default is UNAVAILABLE, after which clients would try again at once.
    rateLimitedAsResourceExhausted: true,
    // Envoy's default is 0 % of the calls. Without a bucket there is nothing to count.
    filterEnabled: percent(maxTokens === undefined ? 0 : 100),
    filterEnforced: percent(limit.shadow ? 0 : 100),
    ...(maxTokens !== undefined && { tokenBucket: toTokenBucket({ ...limit, maxTokens }) }),
    descriptors: byHeader.map(({ header, value = '', ...bucket }) => ({
      entries: [{ key: header, value }],
      tokenBucket: toTokenBucket(bucket),
    })),
    stage: STAGE,
    vhRateLimits,
    alwaysConsumeDefaultTokenBucket: limit.alwaysConsumeTotal ?? true,
    localRateLimitPerDownstreamConnection: limit.perConnection ?? false,
    enableXRatelimitHeaders: limit.answerHeaders
      ? XRateLimitHeadersRFCVersion.DRAFT_VERSION_03
      : XRateLimitHeadersRFCVersion.OFF,
  }
  return anyPack(LocalRateLimitSchema, create(LocalRateLimitSchema, message))
}

const percent = (numerator: number) => ({ defaultValue: { numerator } })

/** What routes say of each call: the headers that have buckets. */
function toRateLimits({ byHeader = [] }: Limit): readonly RateLimitParts[] {
  const names = [...new Set(byHeader.map(({ header }) => header))]
  return names.map((headerName) => ({
    stage: STAGE,
    actions: [
      {
        actionSpecifier: { case: 'requestHeaders', value: { headerName, descriptorKey: headerName } },
      },
    ],
  }))
}
