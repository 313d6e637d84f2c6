// TCP_NODELAY of the sockets of other processes, as the kernel has it.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { SwitchyardError } from '../../../../core/errors.ts'
import type { Need } from '../../../../harness/scenario.ts'
import { findProgram } from '../../../../processes/find-program.ts'
import { sourceFile } from '../../../../testbed/part.ts'

export interface ReadSocket {
  /** Ports. */
  readonly local: number
  readonly peer: number
  readonly nodelay: boolean
}

export const NEEDS_SOCKETS: Need = {
  name: 'the right to read sockets of other processes',
  install: 'sudo apt-get install -y python3, and run it as root',
  isThere: () => findProgram('python3') !== undefined && mayRead(),
}

/** https://www.kernel.org/doc/html/latest/admin-guide/LSM/Yama.html */
const PTRACE_SCOPE = '/proc/sys/kernel/yama/ptrace_scope'

function mayRead(): boolean {
  if (process.getuid?.() === 0) return true
  try {
    return readFileSync(PTRACE_SCOPE, 'utf8').trim() === '0'
  } catch {
    // A kernel without Yama does not restrict it.
    return true
  }
}

/**
 * Connected sockets of a process that have this port at either end.
 * @throws SwitchyardError `process-failed` with what the system says
 */
export function readSockets(pid: number, port: number): readonly ReadSocket[] {
  const program = sourceFile('experiments/scenarios/grpc-tuning/nodelay/read-sockets.py')
  const { status, stdout, stderr } = spawnSync('python3', [program, String(pid), String(port)], {
    encoding: 'utf8',
  })
  if (status === 0) return JSON.parse(stdout)
  throw new SwitchyardError('process-failed', `cannot read the sockets of process ${pid}: ${stderr.trim()}`)
}
