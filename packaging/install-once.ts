// Fills a folder once, whatever happens to the process meanwhile.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Returns the folder. If it does not exist, `install` fills a new folder beside it, which then gets its name: the folder is
 * either whole or absent. Several processes may install at once, and the first one's folder stays.
 */
export async function installOnce(
  folder: string,
  install: (fresh: string) => Promise<void>,
): Promise<string> {
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const fresh = await mkdtemp(`${folder}-`)
  try {
    await install(fresh)
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}
