// Admission control: if too many calls fail, each Envoy rejects a share of them itself, so that a failing service can recover.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { FilterConfigSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { AdmissionControlSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/admission_control/v3/admission_control_pb.js'
import { Type } from 'typebox'
import { GRPC_STATUS_NAMES } from '../../../core/grpc-statuses.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import { parseDuration } from '../duration.ts'
import { facts } from '../schema-keywords.ts'
import { FilterOfRuleSchema, onOrOff } from './filter-of-rule.ts'

/** What fewer calls would not change is no reason to reject some. These are Envoy's own. */
const FAILURES = [
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]

function Percent(fallback: number, description: string, envoy: string, example: number) {
  return Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      default: fallback,
      description: `${description}, 1 to 100`,
      ...facts({ envoy: `AdmissionControl.${envoy}`, example }),
    }),
  )
}

/**
 * `filters.admissionControl` of a fleet; a rule may be without it. Envoy rejects calls with UNAVAILABLE before they reach an upstream. With
 * `n` calls in the window and `s` of them good, a call is rejected with the probability
 * `((n - s / successRate) / (n + 1)) ^ (1 / aggression)`, at most `maxRejection`. Rejected calls do not count, so that the share falls
 * as the service recovers. All upstreams of a listener count together. It is behind the other filters, so that it sees only what services answer.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/admission_control_filter
 */
export const admissionControl = httpFilterSwitch({
  name: 'admission_control',
  // What adaptive concurrency rejects is no failure of a service either, so it is outside.
  after: [
    'binary_metadata',
    'header_mutation',
    'jwt_authn',
    'ext_authz',
    'rbac',
    'grpc_stats',
    'local_ratelimit',
    'fault',
    'buffer',
    'adaptive_concurrency',
  ],
  field: 'admissionControl',
  room: 'filters',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      successRate: Percent(
        95,
        'a percentage of good calls below which some are rejected',
        'sr_threshold',
        90,
      ),
      maxRejection: Percent(
        80,
        'the percentage of calls that are rejected at most; the others find out whether the service is back',
        'max_rejection_probability',
        50,
      ),
      minCallsPerSecond: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 4_294_967_295,
          default: 5,
          description:
            'a number of calls per second in the window, below which none is rejected, 0 to 4294967295',
          ...facts({ envoy: 'AdmissionControl.rps_threshold', example: 10 }),
        }),
      ),
      window: Type.Optional(
        Type.String({
          pattern: '^(?=0*[1-9])(\\d{1,9}s|\\d{1,8}m|\\d{1,6}h)$',
          default: '30s',
          description:
            'the time over which calls are counted, in whole seconds, minutes or hours, such as 30s',
          ...facts({ envoy: 'AdmissionControl.sampling_window', example: '1m' }),
        }),
      ),
      aggression: Type.Optional(
        Type.Number({
          minimum: 1,
          maximum: 100,
          default: 1,
          description:
            'a number from 1 to 100: with 1, the share of rejected calls grows with that of failed ones; more is faster',
          ...facts({ envoy: 'AdmissionControl.aggression', example: 1.5 }),
        }),
      ),
      failures: Type.Optional(
        Type.Array(
          Type.Enum(GRPC_STATUS_NAMES.slice(1), {
            description: 'a status such as UNAVAILABLE',
            ...facts({ example: 'UNAVAILABLE' }),
          }),
          {
            minItems: 1,
            uniqueItems: true,
            default: FAILURES,
            description: 'a list of statuses that count as failed, such as [UNAVAILABLE, DEADLINE_EXCEEDED]',
            ...facts({
              envoy: 'AdmissionControl.success_criteria.grpc_criteria.grpc_success_status',
              example: ['UNAVAILABLE', 'DEADLINE_EXCEEDED'],
            }),
          },
        ),
      ),
    },
    {
      additionalProperties: false,
      description: 'admission control such as { enabled: true, successRate: 90 }',
      ...facts({ envoy: 'AdmissionControl', example: { enabled: true, successRate: 90 } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [AdmissionControlSchema, FilterConfigSchema],
  *warningsBeside(on) {
    if (!on.includes('adaptiveConcurrency')) return
    const message =
      'answers the calls that it rejects at once, which adaptiveConcurrency takes for a fast service: turn one of them off'
    yield { steps: [], message }
  },
  toExtension: ({ successRate, maxRejection, minCallsPerSecond, window, aggression, failures }) => {
    const failed: readonly string[] = failures
    const message: MessageInitShape<typeof AdmissionControlSchema> = {
      evaluationCriteria: {
        case: 'successCriteria',
        value: {
          grpcCriteria: {
            grpcSuccessStatus: [...GRPC_STATUS_NAMES.keys()].filter(
              (code) => !failed.includes(GRPC_STATUS_NAMES[code] ?? ''),
            ),
          },
        },
      },
      srThreshold: { defaultValue: { value: successRate } },
      maxRejectionProbability: { defaultValue: { value: maxRejection } },
      rpsThreshold: { defaultValue: minCallsPerSecond },
      samplingWindow: { seconds: BigInt((parseDuration(window) ?? 0) / 1_000) },
      aggression: { defaultValue: aggression },
    }
    return anyPack(AdmissionControlSchema, create(AdmissionControlSchema, message))
  },
  rule: { schema: FilterOfRuleSchema, toExtension: onOrOff },
})
