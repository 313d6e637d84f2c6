// Rate limits that all Envoys share: they ask a rate limiter about each call, which ends with RESOURCE_EXHAUSTED beyond a limit.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { ApiVersion } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  RateLimit_XRateLimitHeadersRFCVersion as AnswerHeaders,
  RateLimitPerRoute_VhRateLimitsOptions,
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js'
import { StatusCode } from '@envoy/xds-protos/envoy/type/v3/http_status_pb.js'
import { FractionalPercent_DenominatorType } from '@envoy/xds-protos/envoy/type/v3/percent_pb.js'
import { Type } from 'typebox'
import { httpFilterSwitch } from '../attach-points.ts'
import { PositiveDuration, toDuration } from '../duration.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { Descriptors, descriptorProblems, issuersOf, toRateLimits } from '../rate-limit/descriptors.ts'
import { facts } from '../schema-keywords.ts'
import { DISABLED } from './filter-of-rule.ts'
import { grpcCallout } from './grpc-callout.ts'

/** The stage of the descriptors of this filter; those of `localRateLimit` have another. */
const STAGE = 0
const MILLION = 1_000_000

const Domain = (description: string, envoy: string) =>
  Type.String({ minLength: 1, maxLength: 200, description, ...facts({ envoy, example: 'shop' }) })

const Percentage = (description: string, envoy: string) =>
  Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 100,
      default: 100,
      description,
      ...facts({ envoy: `RateLimit.${envoy}`, example: 10 }),
    }),
  )

const EXAMPLE = {
  upstream: 'rate-limiter',
  domain: 'shop',
  descriptors: { 'by-tenant': { parts: [{ header: 'x-tenant' }] } },
}

const SettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false: whether limits hold, also those of rules' }),
    upstream: Type.String({
      description: 'the name of the upstream of the rate limiter',
      ...facts({ envoy: 'RateLimit.rate_limit_service.grpc_service.envoy_grpc', example: 'rate-limiter' }),
    }),
    domain: Domain('the domain of the rules of the rate limiter', 'RateLimit.domain'),
    descriptors: Type.Optional(Descriptors),
    timeout: PositiveDuration('200ms', 'the time that an answer of the rate limiter may take', {
      envoy: 'RateLimit.timeout',
      example: '50ms',
    }),
    onFailure: Type.Optional(
      Type.Enum(['allow', 'deny'], {
        default: 'allow',
        description:
          'allow, which lets calls pass if no answer arrives, because a limiter that is down should not stop a service; or deny, which ends them with UNAVAILABLE',
        ...facts({ envoy: 'RateLimit.failure_mode_deny' }),
      }),
    ),
    percentage: Percentage('a percentage of the calls that count, 0 to 100', 'filter_enabled'),
    enforcedPercentage: Percentage(
      'a percentage of the calls beyond a limit that end, 0 to 100; the others pass, and are only counted',
      'filter_enforced',
    ),
    shadow: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true or false: whether all calls beyond a limit pass, and are only counted',
        ...facts({ envoy: 'RateLimit.filter_enforced' }),
      }),
    ),
    answerHeaders: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether answers have x-ratelimit-limit, x-ratelimit-remaining and x-ratelimit-reset',
        ...facts({ envoy: 'RateLimit.enable_x_ratelimit_headers' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'a rate limit of all Envoys, such as { enabled: true, upstream: rate-limiter, domain: shop }',
    ...facts({ envoy: 'RateLimit', example: { enabled: true, ...EXAMPLE } }),
  },
)

const RuleSchema = Type.Object(
  {
    enabled: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'true or false: whether the rate limiter is asked about calls of the rule',
        ...facts({ envoy: 'FilterConfig.disabled' }),
      }),
    ),
    descriptors: Type.Optional(Descriptors),
    alsoOfFleet: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true or false: whether the descriptors of the fleet hold too, beside those of the rule',
        ...facts({ envoy: 'RateLimitPerRoute.vh_rate_limits' }),
      }),
    ),
    domain: Type.Optional(
      Domain("the domain of the rules of the rate limiter. Default: the fleet's", 'RateLimitPerRoute.domain'),
    ),
  },
  {
    additionalProperties: false,
    description:
      'descriptors such as { descriptors: { all: { parts: [{ text: checkout }] } } }, or { enabled: false } for no limit',
    ...facts({
      envoy: 'RateLimitPerRoute',
      example: { descriptors: { all: { parts: [{ text: 'checkout' }] } } },
    }),
  },
)

/**
 * `filters.globalRateLimit` of a fleet, and of a rule instead of the fleet's. It is behind the filters that deny calls and behind
 * `localRateLimit`, so that no call that ends anyway is a hit, and an Envoy can spare the rate limiter what is too much.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter
 */
export const globalRateLimit = httpFilterSwitch({
  name: 'ratelimit',
  after: [
    'binary_metadata',
    'header_mutation',
    'jwt_authn',
    'ext_authz',
    'rbac',
    'grpc_stats',
    'local_ratelimit',
  ],
  field: 'globalRateLimit',
  room: 'filters',
  schema: SettingsSchema,
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [RateLimitSchema, RateLimitPerRouteSchema, FilterConfigSchema],
  references: ({ upstream, descriptors }) => [
    { steps: ['upstream'], to: 'upstreams', name: upstream },
    ...issuersOf(descriptors),
  ],
  *problems({ descriptors = {}, shadow, enforcedPercentage }) {
    yield* descriptorProblems(descriptors)
    if (shadow && enforcedPercentage !== undefined) {
      const message = 'has no effect in shadow mode, which ends no call: remove it, or shadow'
      yield { steps: ['enforcedPercentage'], message }
    }
  },
  toExtension(settings) {
    const message: MessageInitShape<typeof RateLimitSchema> = {
      domain: settings.domain,
      stage: STAGE,
      rateLimitService: {
        transportApiVersion: ApiVersion.V3,
        grpcService: grpcCallout(settings.upstream),
      },
      timeout: toDuration(settings.timeout),
      failureModeDeny: settings.onFailure === 'deny',
      // Envoy's default is 500, which gRPC callers get as UNKNOWN.
      statusOnError: { code: StatusCode.ServiceUnavailable },
      // Envoy's default is UNAVAILABLE, after which clients would try again at once.
      rateLimitedAsResourceExhausted: true,
      filterEnabled: toShare(settings.percentage),
      filterEnforced: toShare(settings.shadow ? 0 : settings.enforcedPercentage),
      enableXRatelimitHeaders: settings.answerHeaders ? AnswerHeaders.DRAFT_VERSION_03 : AnswerHeaders.OFF,
    }
    return anyPack(RateLimitSchema, create(RateLimitSchema, message))
  },
  toRateLimits: ({ descriptors }) => toRateLimits(descriptors, STAGE),
  // Envoy's default leaves out the descriptors of the fleet where a rule has any, also those for `localRateLimit`.
  toVirtualHost: () => perRoute({}, true),
  rule: {
    schema: RuleSchema,
    references: ({ descriptors }) => issuersOf(descriptors),
    *problems({ descriptors = {}, ...written }) {
      yield* descriptorProblems(descriptors)
      yield* withoutEffect(written, Object.keys(descriptors).length > 0)
    },
    toRateLimits: ({ enabled, descriptors }) => (enabled ? toRateLimits(descriptors, STAGE) : []),
    toExtension: ({ enabled, domain, alsoOfFleet, descriptors }) => {
      if (!enabled) return DISABLED
      const isFleets = Object.keys(descriptors).length === 0
      return perRoute({ ...(domain !== undefined && { domain }) }, alsoOfFleet || isFleets)
    },
  },
})

function* withoutEffect(
  { enabled = true, alsoOfFleet, domain }: { enabled?: boolean; alsoOfFleet?: boolean; domain?: string },
  hasDescriptors: boolean,
): Iterable<PlacedProblem> {
  if (!enabled) {
    if (domain !== undefined) {
      yield {
        steps: ['domain'],
        message: 'has no effect, because the rule has enabled: false: remove one of them',
      }
    }
    return
  }
  if (alsoOfFleet && !hasDescriptors) {
    const message = "has no effect, because a rule without descriptors has the fleet's: remove it"
    yield { steps: ['alsoOfFleet'], message }
  }
  if (!hasDescriptors && domain === undefined) {
    yield {
      steps: [],
      message: "changes nothing of the fleet's: write descriptors, domain, or enabled: false",
    }
  }
}

function perRoute(more: { readonly domain?: string }, hasFleets: boolean): Any {
  const { INCLUDE, IGNORE } = RateLimitPerRoute_VhRateLimitsOptions
  const message = { ...more, vhRateLimits: hasFleets ? INCLUDE : IGNORE }
  return anyPack(RateLimitPerRouteSchema, create(RateLimitPerRouteSchema, message))
}

function toShare(percentage: number) {
  const numerator = Math.round((percentage / 100) * MILLION)
  return { defaultValue: { numerator, denominator: FractionalPercent_DenominatorType.MILLION } }
}
