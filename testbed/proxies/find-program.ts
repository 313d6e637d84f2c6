// Finds a program that a system package installs.

import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/**
 * The absolute path of the program, from the folders of PATH, and from `sbin` beside each `bin`: Debian installs servers and network
 * tools there, and has it on the PATH of root only. Undefined if it is in none of them.
 */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder !== '')
  return [...folders, ...folders.map((folder) => folder.replace(/\/bin$/, '/sbin'))]
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
