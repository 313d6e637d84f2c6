// The backends of all ways: each starts with the first run that needs it, and serves to the end of the scenario.

import type { RunContext } from '../../../harness/scenario.ts'
import { freePort } from '../../../processes/free-port.ts'
import { type BackendOptions, startBackend } from '../../../testbed/backend.ts'
import { type Crew, FAIL_PERCENT, SLOW_MS } from './crews.ts'
import type { WayBackend } from './ways/way.ts'

/** Made up: weighted policies see that the slow backend has more to do. */
const UTILIZATION = { normal: 0.2, slow: 0.8 }

const FLAGS = {
  slow: { latencyMs: SLOW_MS, utilization: UTILIZATION.slow },
  failing: { failPercent: FAIL_PERCENT, utilization: UTILIZATION.normal },
} as const

/** How the backend of this name serves, wherever it listens. */
export function backendOptions(name: string): Omit<BackendOptions, 'listen'> {
  const flags = name === 'slow' || name === 'failing' ? FLAGS[name] : {}
  return { id: name, utilization: UTILIZATION.normal, ...flags }
}

/**
 * The backends b1, b2, … of a run; the last one is called `slow` or `failing` where one is. All listen on one port of addresses of
 * their own, because the records of a DNS name have no ports.
 */
export async function takeBackends(
  context: RunContext,
  { backends, crew }: { readonly backends: number; readonly crew: Crew },
): Promise<readonly WayBackend[]> {
  const port = await context.shared('backend-port', freePort)
  const take = (index: number, name: string) =>
    context.shared(`backend-${name}`, ({ group, folder }) =>
      startBackend(group, folder, { ...backendOptions(name), listen: `127.9.0.${index}:${port}` }),
    )
  const alike = crew === 'alike' ? backends : backends - 1
  const names = Array.from({ length: alike }, (_, index) => take(index + 1, `b${index + 1}`))
  if (crew === 'one slow') names.push(take(101, 'slow'))
  if (crew === 'one failing') names.push(take(102, 'failing'))
  return await Promise.all(names)
}
