// Which CPUs each part of the benchmark runs on: the load never takes time from what it measures.

import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { SwitchyardError } from '../../core/errors.ts'

/** CPUs as `taskset` takes them, such as `1` or `2-3`. */
export interface Cpus {
  readonly load: string
  /** With the service behind it, and this process, which serves xDS. */
  readonly envoy: string
  readonly authorizer: string
}

/** Undefined with one CPU. */
export function planCpus(count = availableParallelism()): Cpus | undefined {
  if (count < 2) return undefined
  if (count === 2) return { load: '0', envoy: '1', authorizer: '1' }
  return { load: '0', envoy: '1', authorizer: count === 3 ? '2' : `2-${count - 1}` }
}

/** Moves all threads of a process. @throws SwitchyardError `process-failed` with what taskset says */
export function pin(pid: number, cpus: string | undefined): void {
  if (cpus === undefined) return
  const { status, stderr, error } = spawnSync('taskset', ['-a', '-c', '-p', cpus, String(pid)], {
    encoding: 'utf8',
  })
  if (status === 0) return
  const reason = error?.message ?? stderr.trim()
  throw new SwitchyardError(
    'process-failed',
    `cannot pin a process to CPU ${cpus}: ${reason}; install util-linux`,
  )
}

export function describeCpus(cpus: Cpus | undefined): string {
  if (cpus === undefined) return 'one CPU for all'
  return `pinned: load on CPU ${cpus.load}, Envoys and the service on ${cpus.envoy}, authorizers on ${cpus.authorizer}`
}
