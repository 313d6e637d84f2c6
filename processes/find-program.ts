// Finds a program that a system package installs.

import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'

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

/** The same. @throws SwitchyardError `process-failed` with the command that installs it, if it is in none of them */
export function requireProgram(name: string, install: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new SwitchyardError('process-failed', `${name} is not installed: ${install}`)
  return path
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
