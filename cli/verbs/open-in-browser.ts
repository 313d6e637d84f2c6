// Opens a URL in the browser of this machine.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** By platform: the program that opens a URL in the person's browser. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ['open'],
  win32: ['explorer'],
}
const OTHERWISE = ['xdg-open'] as const

/**
 * Resolves when the program has started, with what is wrong if it has not. It outlives this process.
 * @param env its PATH has the program
 */
export async function openInBrowser(
  url: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const [command, ...args] = OPENERS[process.platform] ?? OTHERWISE
  const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore', env })
  child.unref()
  try {
    await once(child, 'spawn')
    return undefined
  } catch (error) {
    return `no browser was opened, because ${command} did not start (${(error as Error).message}): open the link yourself`
  }
}
