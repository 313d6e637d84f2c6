// Logic of your own in a service outside Envoy: it sees calls and answers, changes their headers, or answers calls itself.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  ExternalProcessor_RouteCacheAction,
  ExternalProcessorSchema,
  ExtProcPerRouteSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js'
import {
  ProcessingMode_BodySendMode as BodyMode,
  ProcessingMode_HeaderSendMode as HeaderMode,
  type ProcessingModeSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js'
import { type Static, Type } from 'typebox'
import { escapeRegex } from '../../../core/escape-regex.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import { inEffect } from '../defaults.ts'
import { PositiveDuration, parseDuration, toDuration } from '../duration.ts'
import { HeaderName } from '../header-name.ts'
import { facts } from '../schema-keywords.ts'

const HEADER_MODES = { send: HeaderMode.SEND, skip: HeaderMode.SKIP } as const
const BODY_MODES = {
  none: BodyMode.NONE,
  streamed: BodyMode.STREAMED,
  buffered: BodyMode.BUFFERED,
  bufferedPartial: BodyMode.BUFFERED_PARTIAL,
} as const
const LONGEST_TIMEOUT_MS = 3_600_000
const MODE = 'ExternalProcessor.processing_mode'
const RULES = 'ExternalProcessor.mutation_rules'

function OfHeaders(what: string, envoy: string, fallback: keyof typeof HEADER_MODES) {
  return Type.Optional(
    Type.Enum(['send', 'skip'], {
      default: fallback,
      description: `send or skip, for ${what}`,
      ...facts({ envoy: `${MODE}.${envoy}` }),
    }),
  )
}

function OfBody(what: string, envoy: string) {
  return Type.Optional(
    Type.Enum(['none', 'streamed', 'buffered', 'bufferedPartial'], {
      default: 'none',
      description: `none, streamed (as it comes), buffered (held until it is whole, so not for streams) or bufferedPartial (what fits), for ${what}`,
      ...facts({ envoy: `${MODE}.${envoy}` }),
    }),
  )
}

const ProcessingSchema = Type.Object(
  {
    requestHeaders: OfHeaders('the headers of a call', 'request_header_mode', 'send'),
    responseHeaders: OfHeaders('the headers of an answer', 'response_header_mode', 'send'),
    requestBody: OfBody('the messages of a call', 'request_body_mode'),
    responseBody: OfBody('the messages of an answer', 'response_body_mode'),
    requestTrailers: OfHeaders('the trailers of a call', 'request_trailer_mode', 'skip'),
    responseTrailers: OfHeaders(
      'the trailers of an answer, which have its gRPC status',
      'response_trailer_mode',
      'skip',
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'what the service gets to see, such as { responseHeaders: skip }; headers only by default',
    ...facts({ envoy: MODE, example: { responseHeaders: 'skip' } }),
  },
)

function Flag(fallback: boolean, what: string, envoy: string) {
  return Type.Optional(
    Type.Boolean({ default: fallback, description: `true or false: whether ${what}`, ...facts({ envoy }) }),
  )
}

const MutationRulesSchema = Type.Object(
  {
    disallowAll: Flag(false, 'the service may change no header', `${RULES}.disallow_all`),
    disallowSystem: Flag(
      true,
      'it may not change :path and other names that begin with a colon; false lets it send an allowed call to a method that the checks deny',
      `${RULES}.disallow_system`,
    ),
    allowEnvoy: Flag(false, 'it may change headers that begin with x-envoy-', `${RULES}.allow_envoy`),
    disallowIsError: Flag(
      true,
      'a change that is not allowed fails the call; false leaves it out',
      `${RULES}.disallow_is_error`,
    ),
    disallow: Type.Optional(
      Type.Array(HeaderName, {
        uniqueItems: true,
        default: [],
        description:
          'a list of further headers that it may not change, besides those that only checks may set, such as [x-tenant]',
        ...facts({ envoy: `${RULES}.disallow_expression`, example: ['x-tenant'] }),
      }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'which headers the service may change, such as { disallow: [x-tenant] }',
    ...facts({ envoy: RULES, example: { disallow: ['x-tenant'] } }),
  },
)

/**
 * `filters.extProc` of a fleet, and of a rule that is without it or lets the service see something else. It is behind all checks, so it
 * sees no call that they deny and cannot undo a verdict: it may not change the path, nor the headers in which checks tell services
 * who calls, and Envoy keeps the rule of the call whatever it changes.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_proc_filter
 */
export const extProc = httpFilterSwitch({
  name: 'ext_proc',
  after: ['header_mutation', 'jwt_authn', 'ext_authz', 'rbac', 'grpc_stats', 'fault', 'buffer'],
  field: 'extProc',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      upstream: Type.String({
        description: 'the name of the upstream of the service',
        ...facts({
          envoy: 'ExternalProcessor.grpc_service.envoy_grpc.cluster_name',
          example: 'processor',
        }),
      }),
      timeout: PositiveDuration('200ms', 'the time that each answer of the service may take', {
        envoy: 'ExternalProcessor.message_timeout',
        example: '500ms',
      }),
      onFailure: Type.Optional(
        Type.Enum(['deny', 'allow'], {
          default: 'deny',
          description:
            'deny, which fails calls if the service does not answer, or allow, which goes on without it',
          ...facts({ envoy: 'ExternalProcessor.failure_mode_allow' }),
        }),
      ),
      processingMode: Type.Optional(ProcessingSchema),
      mutationRules: Type.Optional(MutationRulesSchema),
      disableImmediateResponse: Flag(
        false,
        'the service may not answer calls itself, such as with an error',
        'ExternalProcessor.disable_immediate_response',
      ),
      hiddenHeaders: Type.Optional(
        Type.Array(HeaderName, {
          uniqueItems: true,
          default: ['authorization', 'cookie'],
          description: 'a list of headers that the service does not get, such as [authorization, cookie]',
          ...facts({
            envoy: 'ExternalProcessor.forward_rules.disallowed_headers',
            example: ['authorization', 'cookie', 'x-api-key'],
          }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'a service that processes calls, such as { enabled: true, upstream: processor }',
      ...facts({ envoy: 'ExternalProcessor', example: { enabled: true, upstream: 'processor' } }),
    },
  ),
  appliesTo: ['envoy'],
  needsL7: true,
  messages: [ExternalProcessorSchema, ExtProcPerRouteSchema],
  references: ({ upstream }) => [{ steps: ['upstream'], to: 'upstreams', name: upstream }],
  *problems({ timeout = '0s' }) {
    if ((parseDuration(timeout) ?? 0) <= LONGEST_TIMEOUT_MS) return
    yield { steps: ['timeout'], message: `is ${timeout}, and Envoy takes at most 1h: write a shorter time` }
  },
  toExtension({ upstream, timeout, onFailure, ...settings }, { ownedHeaders }) {
    const { disallow, ...rules } = inEffect(MutationRulesSchema, settings.mutationRules) as Required<
      Static<typeof MutationRulesSchema>
    >
    const kept = [...ownedHeaders, ...disallow]
    return anyPack(
      ExternalProcessorSchema,
      create(ExternalProcessorSchema, {
        grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: upstream } } },
        messageTimeout: toDuration(timeout),
        failureModeAllow: onFailure === 'allow',
        processingMode: toMode(settings.processingMode),
        mutationRules: {
          ...rules,
          ...(kept.length > 0 && {
            disallowExpression: {
              engineType: { case: 'googleRe2', value: {} },
              regex: kept.map(escapeRegex).join('|'),
            },
          }),
        },
        disableImmediateResponse: settings.disableImmediateResponse,
        routeCacheAction: ExternalProcessor_RouteCacheAction.RETAIN,
        ...(settings.hiddenHeaders.length > 0 && {
          forwardRules: {
            disallowedHeaders: {
              patterns: settings.hiddenHeaders.map((value) => ({
                matchPattern: { case: 'exact' as const, value },
              })),
            },
          },
        }),
      }),
    )
  },
  rule: {
    schema: Type.Object(
      {
        enabled: Type.Boolean({
          description: 'true or false: whether the service sees the calls of the rule',
          ...facts({ envoy: 'ExtProcPerRoute.disabled' }),
        }),
        processingMode: Type.Optional({
          ...ProcessingSchema,
          default: undefined,
          description:
            "what the service gets to see of them, such as { responseHeaders: skip }. Default: the fleet's",
          ...facts({
            envoy: 'ExtProcPerRoute.overrides.processing_mode',
            example: { responseHeaders: 'skip' },
          }),
        }),
      },
      {
        additionalProperties: false,
        description:
          'the service where the fleet has it, or { enabled: false } for calls that it does not see',
        ...facts({ envoy: 'Route.typed_per_filter_config', example: { enabled: false } }),
      },
    ),
    toExtension({ enabled, processingMode }) {
      if (!enabled) {
        const override = { case: 'disabled' as const, value: true }
        return anyPack(ExtProcPerRouteSchema, create(ExtProcPerRouteSchema, { override }))
      }
      if (processingMode === undefined) return undefined
      const override = {
        case: 'overrides' as const,
        value: { processingMode: toMode(processingMode) },
      }
      return anyPack(ExtProcPerRouteSchema, create(ExtProcPerRouteSchema, { override }))
    },
  },
})

/** Every field, so that nothing depends on Envoy's defaults. */
function toMode(
  written: Static<typeof ProcessingSchema>,
): Exclude<MessageInitShape<typeof ProcessingModeSchema>, { readonly $typeName: string }> {
  const mode = inEffect(ProcessingSchema, written) as Required<Static<typeof ProcessingSchema>>
  return {
    requestHeaderMode: HEADER_MODES[mode.requestHeaders],
    responseHeaderMode: HEADER_MODES[mode.responseHeaders],
    requestBodyMode: BODY_MODES[mode.requestBody],
    responseBodyMode: BODY_MODES[mode.responseBody],
    requestTrailerMode: HEADER_MODES[mode.requestTrailers],
    responseTrailerMode: HEADER_MODES[mode.responseTrailers],
  }
}
