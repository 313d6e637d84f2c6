// Traces: each Envoy of a fleet reports a span for each call, and for each attempt at an endpoint, to a collector of OpenTelemetry.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import type { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { OpenTelemetryConfigSchema } from '@envoy/xds-protos/envoy/config/trace/v3/opentelemetry_pb.js'
import { ParentBasedSamplerConfigSchema } from '@envoy/xds-protos/envoy/extensions/tracers/opentelemetry/samplers/v3/parent_based_sampler_pb.js'
import { TraceIdRatioBasedSamplerConfigSchema } from '@envoy/xds-protos/envoy/extensions/tracers/opentelemetry/samplers/v3/trace_id_ratio_based_sampler_pb.js'
import { FractionalPercent_DenominatorType } from '@envoy/xds-protos/envoy/type/v3/percent_pb.js'
import { Type } from 'typebox'
import { fleetSwitch } from './attach-points.ts'
import { PositiveDuration, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'
import { TagsSchema, tagProblems, toCustomTags } from './tracing-tags.ts'

const EXAMPLE = { enabled: true, upstream: 'collector', sampling: 1 }

/**
 * `tracing` of a fleet, for its listeners in mode l7. The context of a trace goes on to the services in the header `traceparent`
 * of W3C. A caller that sends one decides whether its trace is kept; `sampling` is for calls without.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/observability/tracing, https://www.w3.org/TR/trace-context/
 */
export const tracing = fleetSwitch({
  field: 'tracing',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      upstream: Type.String({
        description: 'the name of the upstream of the collector, which takes OTLP by gRPC',
        ...facts({ envoy: 'OpenTelemetryConfig.grpc_service.envoy_grpc.cluster_name', example: 'collector' }),
      }),
      timeout: PositiveDuration('1s', 'the time that a report of spans may take', {
        envoy: 'OpenTelemetryConfig.grpc_service.timeout',
        example: '5s',
      }),
      service: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          default: 'envoy',
          description: "the name of these Envoys in traces, OpenTelemetry's service.name",
          ...facts({ envoy: 'OpenTelemetryConfig.service_name', example: 'edge' }),
        }),
      ),
      sampling: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 100,
          default: 100,
          description: 'the percentage of traces that are kept of calls whose caller sends none, 0 to 100',
          ...facts({ envoy: 'TraceIdRatioBasedSamplerConfig.sampling_percentage', example: 1 }),
        }),
      ),
      attempts: Type.Optional(
        Type.Boolean({
          default: true,
          description: 'true or false: whether each attempt at an endpoint has a span of its own',
          ...facts({ envoy: 'HttpConnectionManager.tracing.spawn_upstream_span' }),
        }),
      ),
      tags: TagsSchema,
    },
    {
      additionalProperties: false,
      description: 'traces such as { enabled: true, upstream: collector, sampling: 1 }',
      ...facts({ envoy: 'HttpConnectionManager.tracing', example: EXAMPLE }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [OpenTelemetryConfigSchema, ParentBasedSamplerConfigSchema, TraceIdRatioBasedSamplerConfigSchema],
  references: ({ upstream }) => [{ steps: ['upstream'], to: 'upstreams', name: upstream }],
  *problems({ tags = {} }) {
    for (const problem of tagProblems(tags)) yield { ...problem, steps: ['tags', ...problem.steps] }
  },
  toHttpConnectionManager: ({ enabled, attempts, tags = {}, ...reported }) =>
    enabled
      ? {
          tracing: {
            provider: {
              name: 'envoy.tracers.opentelemetry',
              configType: {
                case: 'typedConfig',
                value: anyPack(OpenTelemetryConfigSchema, toOpenTelemetry(reported)),
              },
            },
            spawnUpstreamSpan: attempts,
            operation: SPAN_NAME,
            upstreamOperation: SPAN_NAME,
            customTags: toCustomTags(tags),
          },
        }
      : {},
})

/** The path of a call, without a query: it names the method. */
const SPAN_NAME = '%PATH(NQ)%'

interface Reported {
  readonly upstream: string
  readonly timeout: string
  readonly service: string
  readonly sampling: number
}

function toOpenTelemetry({ upstream, timeout, service, sampling }: Reported) {
  return create(OpenTelemetryConfigSchema, {
    grpcService: {
      targetSpecifier: { case: 'envoyGrpc', value: { clusterName: upstream } },
      timeout: toDuration(timeout),
    },
    serviceName: service,
    sampler: toSampler(sampling),
  })
}

/**
 * Without a sampler, Envoy would throw dice for calls that have a trace too, and cut holes into it. By the id of the trace, all
 * Envoys with one percentage keep the same traces.
 */
function toSampler(sampling: number): MessageInitShape<typeof TypedExtensionConfigSchema> {
  const ofRoots = create(TraceIdRatioBasedSamplerConfigSchema, {
    samplingPercentage: {
      numerator: Math.round(sampling * 10_000),
      denominator: FractionalPercent_DenominatorType.MILLION,
    },
  })
  const wrappedSampler = {
    name: 'envoy.tracers.opentelemetry.samplers.trace_id_ratio_based',
    typedConfig: anyPack(TraceIdRatioBasedSamplerConfigSchema, ofRoots),
  }
  return {
    name: 'envoy.tracers.opentelemetry.samplers.parent_based',
    typedConfig: anyPack(
      ParentBasedSamplerConfigSchema,
      create(ParentBasedSamplerConfigSchema, { wrappedSampler }),
    ),
  }
}
