// All scenarios by name. Each is loaded when it is needed: together they take seconds to load.

import { SwitchyardError } from '../../core/errors.ts'
import type { Scenario } from '../../harness/scenario.ts'

/** By the name of the folder, in the order of lists. */
export const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  'grpc-fundamentals': async () => (await import('./grpc-fundamentals/scenario.ts')).SCENARIO,
  'grpc-loadbalancing': async () => (await import('./grpc-loadbalancing/scenario.ts')).SCENARIO,
  'grpc-loadbalancing-cluster': async () =>
    (await import('./grpc-loadbalancing-cluster/scenario.ts')).SCENARIO,
  'grpc-observability': async () => (await import('./grpc-observability/scenario.ts')).SCENARIO,
  'grpc-security': async () => (await import('./grpc-security/scenario.ts')).SCENARIO,
  'http2-analysis': async () => (await import('./http2-analysis/scenario.ts')).SCENARIO,
  'grpc-tuning': async () => (await import('./grpc-tuning/scenario.ts')).SCENARIO,
  'grpc-transport-benchmark': async () => (await import('./grpc-transport-benchmark/scenario.ts')).SCENARIO,
  'grpc-transport-benchmark-cluster': async () =>
    (await import('./grpc-transport-benchmark-cluster/scenario.ts')).SCENARIO,
  'grpc-web': async () => (await import('./grpc-web/scenario.ts')).SCENARIO,
}

export const SCENARIO_NAMES = Object.keys(SCENARIOS)

/** @throws SwitchyardError `not-found` that lists the names */
export async function loadScenario(name: string): Promise<Scenario> {
  const load = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined
  if (load !== undefined) return await load()
  throw new SwitchyardError(
    'not-found',
    `unknown scenario "${name}". Use one of: ${SCENARIO_NAMES.join(', ')}`,
  )
}
