// Faults on purpose: some calls are delayed or end with a status before they reach a service.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import type { FaultDelaySchema } from '@envoy/xds-protos/envoy/extensions/filters/common/fault/v3/fault_pb.js'
import {
  type FaultAbortSchema,
  HTTPFaultSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { HeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import {
  FractionalPercent_DenominatorType,
  type FractionalPercentSchema,
} from '@envoy/xds-protos/envoy/type/v3/percent_pb.js'
import { type Static, Type } from 'typebox'
import { GRPC_STATUS_NAMES } from '../../../core/grpc-statuses.ts'
import { httpFilterSwitch } from '../attach-points.ts'
import { toDuration } from '../duration.ts'
import { facts } from '../schema-keywords.ts'
import { removeMatching } from './owned-headers.ts'

/** The value of a setting that each call sets by a header. */
const FROM_HEADER = 'from-header'

function Percentage(envoy: string) {
  return Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 100,
      default: 100,
      description: 'a percentage of the calls, 0 to 100',
      ...facts({ envoy, example: 10 }),
    }),
  )
}

const DELAY = Type.Object(
  {
    time: Type.String({
      pattern: `^(${FROM_HEADER}|(?=0*[1-9])(\\d{1,9}m?s|\\d{1,8}m|\\d{1,6}h))$`,
      description: `a duration over 0 such as 100ms, or ${FROM_HEADER}: the milliseconds in x-envoy-fault-delay-request of the call`,
      ...facts({ envoy: 'FaultDelay.fixed_delay', example: '100ms' }),
    }),
    percentage: Percentage('FaultDelay.percentage'),
  },
  {
    additionalProperties: false,
    description: 'a delay such as { time: 100ms, percentage: 10 }',
    ...facts({ envoy: 'HTTPFault.delay', example: { time: '100ms', percentage: 10 } }),
  },
)

const ABORT = Type.Object(
  {
    status: Type.Enum([...GRPC_STATUS_NAMES.slice(1), FROM_HEADER], {
      description: `a status such as UNAVAILABLE, or ${FROM_HEADER}: the number in x-envoy-fault-abort-grpc-request of the call`,
      ...facts({ envoy: 'FaultAbort.grpc_status', example: 'UNAVAILABLE' }),
    }),
    percentage: Percentage('FaultAbort.percentage'),
  },
  {
    additionalProperties: false,
    description: 'a status that calls end with, such as { status: UNAVAILABLE, percentage: 10 }',
    ...facts({ envoy: 'HTTPFault.abort', example: { status: 'UNAVAILABLE', percentage: 10 } }),
  },
)

const FAULTS = {
  delay: Type.Optional(DELAY),
  abort: Type.Optional(ABORT),
  maxActive: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      description: 'a number of faults at a time, 0 to 4294967295; the calls beyond it have none',
      ...facts({ envoy: 'HTTPFault.max_active_faults', example: 100 }),
    }),
  ),
}

/** The beginning, behind `x-envoy-`, of the headers by which callers ask for faults. */
const ASKING = 'fault-'
const WITHOUT_ASKING = anyPack(
  HeaderMutationSchema,
  create(HeaderMutationSchema, {
    mutations: { requestMutations: [removeMatching(`x-envoy-${ASKING}.*`)] },
  }),
)

const EXAMPLE = { delay: { time: '100ms', percentage: 10 }, abort: { status: 'UNAVAILABLE', percentage: 5 } }

/**
 * `filters.fault` of a fleet, and of a rule instead of the fleet's. Envoy delays first and aborts then, each by its own chance.
 * Callers that ask for faults by header get no more of them than `percentage`.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter,
 * https://github.com/grpc/proposal/blob/master/A33-Fault-Injection.md
 */
export const fault = httpFilterSwitch({
  name: 'fault',
  // Calls that it ends are counted by `grpc_stats` too.
  after: ['header_mutation', 'jwt_authn', 'ext_authz', 'rbac', 'grpc_stats', 'local_ratelimit', 'ratelimit'],
  field: 'fault',
  room: 'filters',
  schema: Type.Object(
    { enabled: Type.Boolean({ description: 'true or false' }), ...FAULTS },
    {
      additionalProperties: false,
      description: 'faults such as { enabled: true, abort: { status: UNAVAILABLE, percentage: 5 } }',
      ...facts({ envoy: 'HTTPFault', example: { enabled: true, ...EXAMPLE } }),
    },
  ),
  appliesTo: ['envoy', 'proxyless'],
  messages: [HTTPFaultSchema, HeaderMutationSchema],
  names: ['fault'],
  envoyHeaders: ASKING,
  toExtension: (settings) => [
    { name: 'fault', extension: toFault(settings) },
    { name: 'fault_headers', extension: WITHOUT_ASKING },
  ],
  toGrpcExtension: toFault,
  rule: {
    schema: Type.Object(FAULTS, {
      additionalProperties: false,
      description: 'faults such as { delay: { time: 100ms, percentage: 10 } }, or {} for none',
      ...facts({ envoy: 'HTTPFault', example: EXAMPLE }),
    }),
    toExtension: toFault,
  },
})

type Faults = {
  readonly delay?: Readonly<Static<typeof DELAY>>
  readonly abort?: Readonly<Static<typeof ABORT>>
  readonly maxActive?: number
}

function toFault({ delay, abort, maxActive }: Faults): Any {
  return anyPack(
    HTTPFaultSchema,
    create(HTTPFaultSchema, {
      ...(delay && { delay: toDelay(delay) }),
      ...(abort && { abort: toAbort(abort) }),
      ...(maxActive !== undefined && { maxActiveFaults: maxActive }),
    }),
  )
}

function toDelay({ time, percentage = 100 }: Readonly<Static<typeof DELAY>>) {
  return {
    faultDelaySecifier:
      time === FROM_HEADER
        ? { case: 'headerDelay', value: {} }
        : { case: 'fixedDelay', value: toDuration(time) },
    percentage: toPercent(percentage),
  } satisfies MessageInitShape<typeof FaultDelaySchema>
}

function toAbort({ status, percentage = 100 }: Readonly<Static<typeof ABORT>>) {
  return {
    errorType:
      status === FROM_HEADER
        ? { case: 'headerAbort', value: {} }
        : { case: 'grpcStatus', value: (GRPC_STATUS_NAMES as readonly string[]).indexOf(status) },
    percentage: toPercent(percentage),
  } satisfies MessageInitShape<typeof FaultAbortSchema>
}

/** In hundredths where it is whole, because a caller's own percentage has the same denominator. */
function toPercent(percentage: number): MessageInitShape<typeof FractionalPercentSchema> {
  return Number.isInteger(percentage)
    ? { numerator: percentage, denominator: FractionalPercent_DenominatorType.HUNDRED }
    : {
        numerator: Math.round(percentage * 10_000),
        denominator: FractionalPercent_DenominatorType.MILLION,
      }
}
