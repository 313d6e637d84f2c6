// Settings of a fleet and its listeners that fail calls by themselves.

import { configuredFilters } from '../../switches/filter-chain.ts'
import { type Config, type EnvoyFleet, modeOf } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { servedRules } from '../served-rules.ts'

export function* riskyFleets(config: Config, name: string, fleet: EnvoyFleet): Iterable<PlacedProblem> {
  yield* cutCalls(name, fleet)
  yield* certainFaults(config, name, fleet)
}

function* cutCalls(name: string, fleet: EnvoyFleet): Iterable<PlacedProblem> {
  const places = new Set<string>()
  for (const [id, listener] of Object.entries(fleet.listeners)) {
    const { maxConnectionAge } = listener.drain ?? fleet.drain ?? {}
    if (maxConnectionAge === undefined || modeOf(fleet, listener) !== 'l4') continue
    const steps = listener.drain ? ['fleets', name, 'listeners', id] : ['fleets', name]
    if (places.has(steps.join())) continue
    places.add(steps.join())
    yield {
      steps: [...steps, 'drain', 'maxConnectionAge'],
      message: `cuts each connection after ${maxConnectionAge} together with its calls, because an Envoy in mode l4 cannot send GOAWAY: let the backends limit the age of connections, or use mode l7 with connections.maxDuration`,
    }
  }
}

interface Fault {
  readonly abort?: { readonly percentage?: number; readonly status: string }
  readonly maxActive?: number
}

function* certainFaults(config: Config, name: string, fleet: EnvoyFleet): Iterable<PlacedProblem> {
  const filter = configuredFilters(fleet).find(({ filter: { field } }) => field === 'fault')
  if (!filter?.enabled) return
  yield* certainAbort(['fleets', name, 'filters', 'fault'], filter.settings)
  for (const [steps, rule] of servedRules(config, fleet)) {
    const { filters } = rule as { readonly filters?: { readonly fault?: Fault } }
    if (filters?.fault) yield* certainAbort([...steps, 'filters', 'fault'], filters.fault)
  }
}

function* certainAbort(steps: readonly string[], { abort, maxActive }: Fault): Iterable<PlacedProblem> {
  if (abort === undefined || abort.status === 'from-header' || maxActive !== undefined) return
  const { percentage = 100, status } = abort
  if (percentage < 100) return
  yield {
    steps: [...steps, 'abort'],
    message: `ends every call with ${status}: write a percentage below 100, or match the callers that are meant in a rule`,
  }
}
