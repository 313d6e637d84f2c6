// Fills a folder once, whatever happens to the process meanwhile.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Returns the folder. If it does not exist, `fill` fills a new folder beside it, which then gets its name: the folder is either
 * whole or absent. Several processes may fill at once, and the first one's folder stays.
 */
export function fillOnce(folder: string, fill: (fresh: string) => void): string {
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const fresh = mkdtempSync(`${folder}.partial-`)
  try {
    fill(fresh)
    moveIntoPlace(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}

function moveIntoPlace(fresh: string, folder: string): void {
  try {
    renameSync(fresh, folder)
  } catch (error) {
    // Another process was faster. Its folder has the same.
    if (!existsSync(folder)) throw error
  }
}
