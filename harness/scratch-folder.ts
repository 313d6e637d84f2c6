// Removes folders of runs.

import { rm } from 'node:fs/promises'

/**
 * Removes it with its content. A run that was interrupted may still write into it: what is left then is in the folder for temporary
 * files, which is no reason to lose a measurement.
 */
export async function removeScratch(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => {})
}
