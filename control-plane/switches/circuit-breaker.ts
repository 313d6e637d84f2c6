// Circuit breakers: how much one Envoy may have open at an upstream at a time. Calls beyond that end at once.

import type { Message, MessageInitShape } from '@bufbuild/protobuf'
import type { CircuitBreakers_ThresholdsSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/circuit_breaker_pb.js'
import { RoutingPriority } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { Type } from 'typebox'
import { type SettingsOf, upstreamSwitch } from './attach-points.ts'
import { inEffect } from './defaults.ts'
import { unsupported } from './grpc-clients.ts'
import { facts } from './schema-keywords.ts'

type ThresholdParts = Exclude<MessageInitShape<typeof CircuitBreakers_ThresholdsSchema>, Message>

function Bound(what: string, envoy: string) {
  return Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      default: 1024,
      description: `a number of ${what} at a time, 0 to 4294967295`,
      ...facts({ envoy: `CircuitBreakers.thresholds.${envoy}`, example: 10_000 }),
    }),
  )
}

/** Envoy's own bounds, which the cluster need not repeat. */
const ENVOY = { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 3 }

/** Instead of `retries`: as many as the calls under way allow, so that retries cannot multiply the load of an upstream that fails. */
const RetryBudgetSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    percent: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        default: 20,
        description: 'the retries at a time, as a percentage of the calls under way and waiting, 0 to 100',
        ...facts({ envoy: 'CircuitBreakers.thresholds.retry_budget.budget_percent', example: 25 }),
      }),
    ),
    minimum: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        default: 3,
        description: 'a number of retries at a time that is always allowed, 0 to 4294967295',
        ...facts({ envoy: 'CircuitBreakers.thresholds.retry_budget.min_retry_concurrency', example: 10 }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'a budget of retries instead of their number, such as { enabled: true, percent: 20 }',
    ...facts({
      envoy: 'CircuitBreakers.thresholds.retry_budget',
      example: { enabled: true, percent: 25 },
    }),
  },
)

const BOUNDS = {
  connections: Bound('connections', 'max_connections'),
  pending: Bound('calls that wait for a connection', 'max_pending_requests'),
  requests: Bound('calls', 'max_requests'),
  retries: Bound('retries', 'max_retries'),
  retryBudget: Type.Optional(RetryBudgetSchema),
}

const HighPrioritySchema = Type.Object(BOUNDS, {
  additionalProperties: false,
  description: 'bounds for the calls of rules with priority: high, such as { requests: 1024 }',
  ...facts({ envoy: 'CircuitBreakers.thresholds.priority', example: { requests: 10_000 } }),
})

/** The default of gRPC clients, which the cluster need not repeat. */
const GRPC_MAX_REQUESTS = 1024

/**
 * `circuitBreaker` of an upstream. Calls beyond a bound end with UNAVAILABLE. The defaults are Envoy's own, except for retries:
 * Envoy's 3 are fewer than the calls that cross the GOAWAY of a draining backend, and nobody has processed those (`retry.ts`), so
 * that retrying them adds no work. Connections to one endpoint are as many as its calls need (`http2.maxConcurrentStreams`), unless
 * `connectionsPerEndpoint` limits them: further calls wait then, and count as `pending`. Calls of rules with `priority: high` are
 * counted apart. Without `highPriority`, Envoy's own bounds hold for them, with 3 retries.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking
 */
export const circuitBreaker = upstreamSwitch({
  field: 'circuitBreaker',
  schema: Type.Object(
    {
      ...BOUNDS,
      connectionsPerEndpoint: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 4_294_967_295,
          description: 'a number of connections to one endpoint at a time, 1 to 4294967295',
          ...facts({ envoy: 'CircuitBreakers.per_host_thresholds.max_connections', example: 4 }),
        }),
      ),
      highPriority: Type.Optional(HighPrioritySchema),
      trackRemaining: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true for gauges of how much is left (circuit_breakers.default.remaining_rq), which cost a write for each call',
          ...facts({ envoy: 'CircuitBreakers.thresholds.track_remaining' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'bounds such as { requests: 1024, retries: 1024 }',
      ...facts({
        envoy: 'Cluster.circuit_breakers.thresholds',
        example: { requests: 10_000, pending: 10_000 },
      }),
    },
  ),
  appliesTo: ['envoy', 'proxyless'],
  // https://github.com/grpc/proposal/blob/master/A32-xds-circuit-breaking.md
  unsupportedBy: (written) => [
    ...(['connections', 'connectionsPerEndpoint', 'pending', 'retries', 'highPriority'] as const)
      .filter((bound) => written[bound] !== undefined)
      .flatMap((bound) => unsupported(`the bound of ${bound}`, { steps: [bound] })),
    ...(written.retryBudget?.enabled ? unsupported('the budget of retries', { steps: ['retryBudget'] }) : []),
    ...(written.trackRemaining ? unsupported('the gauge', { steps: ['trackRemaining'] }) : []),
  ],
  *problems({ highPriority, ...ofOthers }) {
    yield* budgetProblems([], ofOthers)
    yield* budgetProblems(['highPriority'], highPriority ?? {})
  },
  toCluster({ connectionsPerEndpoint, highPriority, trackRemaining, ...bounds }) {
    const tracked = trackRemaining ? { trackRemaining } : {}
    return {
      circuitBreakers: {
        thresholds: [
          { ...toThresholds(bounds), ...tracked },
          ...(highPriority
            ? [{ priority: RoutingPriority.HIGH, ...toThresholds(highPriority), ...tracked }]
            : []),
        ],
        ...(connectionsPerEndpoint !== undefined && {
          perHostThresholds: [{ maxConnections: connectionsPerEndpoint }],
        }),
      },
    }
  },
  toGrpcCluster: ({ requests }) =>
    requests === GRPC_MAX_REQUESTS ? {} : { circuitBreakers: { thresholds: [{ maxRequests: requests }] } },
})

type Bounds = SettingsOf<typeof HighPrioritySchema>

/** The bounds that differ from Envoy's own. */
function toThresholds(written: Partial<Bounds>): ThresholdParts {
  const { connections, pending, requests, retries, retryBudget } = inEffect(
    HighPrioritySchema,
    written,
  ) as Bounds
  const bounds = {
    maxConnections: connections,
    maxPendingRequests: pending,
    maxRequests: requests,
    // Envoy does not look at it beside a budget.
    maxRetries: retryBudget?.enabled ? ENVOY.maxRetries : retries,
  }
  const entries = Object.entries(bounds).filter(
    ([name, bound]) => bound !== ENVOY[name as keyof typeof ENVOY],
  )
  return { ...Object.fromEntries(entries), ...toBudget(retryBudget) }
}

function* budgetProblems(steps: readonly string[], { retries, retryBudget }: Partial<Bounds>) {
  if (retries === undefined || !retryBudget?.enabled) return
  yield {
    steps: [...steps, 'retries'],
    message: 'has no effect beside a retryBudget that is on: remove it, or set retryBudget.enabled to false',
  }
}

function toBudget(written?: { readonly enabled: boolean }) {
  if (!written?.enabled) return {}
  const { percent, minimum } = inEffect(RetryBudgetSchema, written) as SettingsOf<typeof RetryBudgetSchema>
  return { retryBudget: { budgetPercent: { value: percent }, minRetryConcurrency: minimum } }
}
