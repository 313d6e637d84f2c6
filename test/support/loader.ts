// A load generator and a backend in tests: each ends with its test.

import type { Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { type BackendOptions, startBackend } from '../../services/backend-server.ts'
import type { LoadPlan } from '../../testbed/loader/load-plan.ts'
import type { LoadResult } from '../../testbed/loader/load-result.ts'
import { type Loader, type LoaderOptions, startLoader } from '../../testbed/loader/start-loader.ts'
import { repeatUntil } from './repeat-until.ts'

/** A plan without a target. */
export const SHORT_LOAD = {
  connections: 2,
  loop: { kind: 'closed', concurrency: 4 },
  calls: { kind: 'unary' },
  warmUpSeconds: 0.1,
  seconds: 1,
} as const satisfies LoadPlan

export async function openLoader(t: Test, options?: LoaderOptions): Promise<Loader> {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  return await startLoader(group, options)
}

/** @returns its address */
export async function openTarget(t: Test, id: string, tls?: BackendOptions['tls']): Promise<string> {
  const listen = { host: '127.0.0.1', port: 0 }
  const backend = await startBackend({ id, listen, latencyMs: 0, ...(tls && { tls }) })
  t.teardown(() => backend.close())
  return backend.address
}

/** Runs a short load once more, for longer, until its result is enough. */
export function runUntil(
  load: Loader,
  plan: Parameters<Loader['run']>[0],
  isEnough: (result: LoadResult) => boolean,
): Promise<LoadResult> {
  return repeatUntil((longer) => load.run({ ...plan, seconds: plan.seconds * longer }), isEnough)
}
