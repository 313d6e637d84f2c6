// Which backends there are, found without rights in the cluster: by calls over the headless Service until all have answered.

import { SwitchyardError } from '../../../core/errors.ts'
import type { Loader } from '../../../testbed/loader/start-loader.ts'
import { byPolicy, type ClusterWay } from './targets.ts'

const PATIENCE_MS = 300_000
/** Of one try. Its connections are new, because only a new one resolves the name again. */
const TRY_SECONDS = 1

/**
 * Waits until the names resolve, the proxy beside this process works, and all backends are ready.
 * @param expected the number of backends
 * @returns their ids
 * @throws SwitchyardError `process-failed` after five minutes, with the backends that did answer
 */
export async function findBackends(
  loader: Pick<Loader, 'run'>,
  { target, policy }: ClusterWay,
  { expected, signal, patienceMs = PATIENCE_MS }: FindOptions,
): Promise<readonly string[]> {
  const end = Date.now() + patienceMs
  let found: readonly string[] = []
  let lastErrors: readonly string[] = []
  while (found.length < expected) {
    if (signal.aborted || Date.now() > end) throw notAll(target, found, expected, lastErrors)
    const { shares, errors } = await loader.run({
      ...{ target, serviceConfig: byPolicy(policy), connections: 1 },
      loop: { kind: 'closed', concurrency: 1 },
      calls: { kind: 'unary' },
      ...{ warmUpSeconds: 0, seconds: TRY_SECONDS, deadlineMs: TRY_SECONDS * 1000, waitForReady: true },
    })
    // Of this try alone: a backend that has ended since an earlier one must not count.
    found = Object.keys(shares).toSorted()
    lastErrors = Object.keys(errors)
  }
  return found
}

export interface FindOptions {
  readonly expected: number
  readonly signal: AbortSignal
  readonly patienceMs?: number
}

function notAll(
  target: string,
  found: readonly string[],
  expected: number,
  errors: readonly string[],
): SwitchyardError {
  const who = found.length === 0 ? '' : `: ${found.join(', ')}`
  const why = errors.length === 0 ? '' : `. The last errors were: ${errors.join('; ')}`
  return new SwitchyardError(
    'process-failed',
    `${target}: ${found.length} of ${expected} backends answered${who}${why}. See "kubectl get pods" of the namespace`,
  )
}
