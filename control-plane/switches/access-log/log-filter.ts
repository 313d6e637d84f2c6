// Which calls or connections are logged: all, or those that failed, those that were slow, and a sample of the rest.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/accesslog/v3/accesslog.proto

import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type AccessLogFilterSchema,
  ComparisonFilter_Op,
  GrpcStatusFilter_Status,
} from '@envoy/xds-protos/envoy/config/accesslog/v3/accesslog_pb.js'
import { AccessLogType } from '@envoy/xds-protos/envoy/data/accesslog/v3/accesslog_pb.js'
import { FractionalPercent_DenominatorType } from '@envoy/xds-protos/envoy/type/v3/percent_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import { OptionalDuration, parseDuration } from '../duration.ts'
import { facts } from '../schema-keywords.ts'
import type { Logged } from './log-format.ts'

const OnlySchema = Type.Object(
  {
    errors: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether calls are logged that end with a status other than OK, and connections that Envoy could not serve',
        ...facts({ envoy: 'AccessLogFilter.or_filter' }),
      }),
    ),
    slowerThan: OptionalDuration('the duration from which a call or a connection is logged', {
      envoy: 'AccessLogFilter.duration_filter',
      example: '250ms',
    }),
    sample: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        description: 'the percentage of all calls or connections that is logged, 0 to 100',
        ...facts({ envoy: 'AccessLogFilter.runtime_filter', example: 1 }),
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description:
      'what is logged, if not everything: what meets one of the conditions, such as { errors: true, sample: 1 }',
    ...facts({ envoy: 'AccessLog.filter', example: { errors: true, slowerThan: '250ms', sample: 1 } }),
  },
)

/** The field `only` of each sink. */
export const ONLY = { only: Type.Optional(OnlySchema) }
export type Only = DeepReadonly<Static<typeof OnlySchema>>

type Filter = MessageInitShape<typeof AccessLogFilterSchema>

/** Envoy's runtime has no such keys, so the defaults hold. Messages with an empty key are invalid. */
const KEY = 'switchyard.access_log'
const HTTP_ERROR = 400

/** Undefined where everything is logged. */
export function toFilter(logged: Logged, only: Only | undefined): Filter | undefined {
  if (only === undefined) return undefined
  const { errors = false, slowerThan, sample } = only
  const conditions = [
    ...(errors ? FAILED[logged] : []),
    ...(slowerThan === undefined ? [] : [slower(slowerThan)]),
    ...(sample === undefined ? [] : [sampled(sample)]),
  ]
  // `{ errors: false }` has no condition that could hold.
  if (conditions.length === 0) return sampled(0)
  return anyOf(conditions)
}

/** The same log without the entry at the start of a connection. */
export function onlyEnds<Log extends { readonly filter?: Filter | undefined }>(log: Log): Log {
  const ends: Filter = {
    filterSpecifier: { case: 'logTypeFilter', value: { types: [AccessLogType.TcpConnectionEnd] } },
  }
  const { filter } = log
  return {
    ...log,
    filter: filter ? { filterSpecifier: { case: 'andFilter', value: { filters: [ends, filter] } } } : ends,
  }
}

/** Envoy wants two or more in an "or". */
function anyOf(conditions: readonly Filter[]): Filter | undefined {
  return conditions.length > 1
    ? { filterSpecifier: { case: 'orFilter', value: { filters: [...conditions] } } }
    : conditions[0]
}

/** A call without a status, such as one that its caller gave up, counts as UNKNOWN. Of a connection, only Envoy's flags tell. */
const FAILED: Readonly<Record<Logged, readonly Filter[]>> = {
  calls: [
    {
      filterSpecifier: {
        case: 'grpcStatusFilter',
        value: { statuses: [GrpcStatusFilter_Status.OK], exclude: true },
      },
    },
    {
      filterSpecifier: {
        case: 'statusCodeFilter',
        value: {
          comparison: {
            op: ComparisonFilter_Op.GE,
            value: { defaultValue: HTTP_ERROR, runtimeKey: `${KEY}.http_error` },
          },
        },
      },
    },
  ],
  connections: [{ filterSpecifier: { case: 'responseFlagFilter', value: {} } }],
}

function slower(slowerThan: string): Filter {
  return {
    filterSpecifier: {
      case: 'durationFilter',
      value: {
        comparison: {
          op: ComparisonFilter_Op.GE,
          value: { defaultValue: parseDuration(slowerThan) ?? 0, runtimeKey: `${KEY}.slower_than` },
        },
      },
    },
  }
}

/** Each sink draws for itself, so that none depends on what a caller writes into `x-request-id`. */
function sampled(percentage: number): Filter {
  return {
    filterSpecifier: {
      case: 'runtimeFilter',
      value: {
        runtimeKey: `${KEY}.sample`,
        percentSampled: {
          numerator: Math.round(percentage * 10_000),
          denominator: FractionalPercent_DenominatorType.MILLION,
        },
        useIndependentRandomness: true,
      },
    },
  }
}
