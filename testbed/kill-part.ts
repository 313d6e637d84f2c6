// Kills a part of a running testbed, which then restarts it.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import type { PartState } from './parts.ts'

/**
 * Ends the process of a part with SIGKILL.
 * @param name its id, such as `b1`, or its title, such as `backend b1`
 * @param owner pid of the testbed, whose child the process must be: a pid may belong to another program by now
 * @throws SwitchyardError `not-found` that lists the parts, `process-failed` if the part does not run
 */
export async function killPart(
  parts: readonly PartState[],
  name: string,
  owner: number,
): Promise<PartState & { readonly pid: number }> {
  const part = parts.find(({ id, title }) => id === name || title === name)
  if (part === undefined) {
    const ids = parts.map(({ id }) => id).join(', ')
    throw new SwitchyardError('not-found', `no part "${name}" in this testbed. Use one of: ${ids}`)
  }
  const { pid } = part
  if (part.state !== 'running' || pid === undefined || (await parentOf(pid)) !== owner) {
    const why = part.lastEnd === undefined ? '' : ` (it ended by ${part.lastEnd})`
    throw new SwitchyardError(
      'process-failed',
      `${part.title} is not running now${why}: "yard status" shows when it is`,
    )
  }
  process.kill(pid, 'SIGKILL')
  return { ...part, pid }
}

async function parentOf(pid: number): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=', '-p', String(pid)])
    return Number(stdout)
  } catch {
    return undefined
  }
}
