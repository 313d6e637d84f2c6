// Counts which backends answered a few hundred calls. No call may fail.

import { SwitchyardError } from '../../../../core/errors.ts'
import { type DistributionOptions, measureDistribution } from '../../../../testbed/measure/distribution.ts'

/**
 * @param way that the calls take, for errors
 * @returns calls by backend; 0 for a backend that got none
 * @throws SwitchyardError `process-failed` if a call fails, with its error
 */
export async function countAnswers(
  way: string,
  targets: readonly string[],
  ids: readonly string[],
  options: DistributionOptions,
): Promise<ReadonlyMap<string, number>> {
  const { byBackend, failures } = await measureDistribution(targets, ids, options)
  if (failures.length === 0) return byBackend
  throw new SwitchyardError(
    'process-failed',
    `${failures.length} of ${options.calls} calls through ${way} failed: ${failures[0]}`,
  )
}
