// Settings of upstreams that may leave no endpoint, or that are load by themselves.

import { inEffect } from '../../switches/defaults.ts'
import { parseDuration } from '../../switches/duration.ts'
import { healthCheck as healthCheckSwitch } from '../../switches/health-check.ts'
import { switchesReachedBy } from '../configured-switches.ts'
import { type Config, type EnvoyFleet, lbOf, type Upstream } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'

/** Checks a second: of one endpoint by one Envoy, and of one Envoy in all of an upstream. */
const MANY_OF_ENDPOINT = 10
const MANY_OF_ENVOY = 500
const SECOND_MS = 1_000

export function* riskyUpstreams(config: Config, name: string, fleet: EnvoyFleet): Iterable<PlacedProblem> {
  for (const upstream of switchesReachedBy(config, name, fleet).upstreams) {
    const settings = config.upstreams[upstream]
    if (settings === undefined) continue
    yield* noneLeft(['upstreams', upstream], settings, name, fleet)
    yield* floodOfChecks(['upstreams', upstream], settings)
  }
}

function* noneLeft(
  steps: readonly string[],
  upstream: Upstream,
  name: string,
  fleet: EnvoyFleet,
): Iterable<PlacedProblem> {
  const { outlierDetection } = upstream
  if (!outlierDetection?.enabled || outlierDetection.maxPercent !== 100) return
  const { panicThreshold = 0 } = lbOf(fleet, upstream)
  if (panicThreshold > 0) return
  yield {
    steps: [...steps, 'outlierDetection', 'maxPercent'],
    message: `is 100, and lb.panicThreshold is 0 in fleet ${formatSteps([name])}: errors that all endpoints have in common eject all of them, and then every call fails. Write 50 or less, or an lb.panicThreshold`,
  }
}

/** Each Envoy checks each endpoint. */
function* floodOfChecks(
  steps: readonly string[],
  { healthCheck, endpoints = {} }: Upstream,
): Iterable<PlacedProblem> {
  if (!healthCheck?.enabled) return
  const { interval } = inEffect(healthCheckSwitch.schema, healthCheck) as { readonly interval: string }
  const perEndpoint = SECOND_MS / (parseDuration(interval) ?? SECOND_MS)
  const count = Object.keys(endpoints).length
  const perEnvoy = Math.round(perEndpoint * count)
  if (perEndpoint <= MANY_OF_ENDPOINT && perEnvoy <= MANY_OF_ENVOY) return
  yield {
    steps: [...steps, 'healthCheck', 'interval'],
    message: `is ${interval}: each Envoy makes ${perEnvoy} checks a second (${count} endpoints, ${Math.round(perEndpoint)} each), and each endpoint gets ${Math.round(perEndpoint)} times the number of Envoys. Write a longer interval, or jitter with a longer intervals.noTraffic`,
  }
}
