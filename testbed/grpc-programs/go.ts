// The example client and server in Go. They are built on first use, which takes minutes if Go has no module in its cache.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { buildOnce } from './build-once.ts'
import type { GrpcProgram, GrpcRole } from './grpc-program.ts'

export const INSTALL_GO = 'sudo apt-get install -y golang-go, or https://go.dev/dl/ for a newer one'

export function hasGo(env: NodeJS.ProcessEnv = process.env): boolean {
  return spawnSync('go', ['version'], { env }).status === 0
}

/** @throws SwitchyardError `process-failed` without Go, with how to install it, or with the output of the compiler */
export function findGoProgram(role: GrpcRole): GrpcProgram {
  if (!hasGo()) {
    throw new SwitchyardError(
      'process-failed',
      `Go is not installed, and the example ${role} in Go needs it: ${INSTALL_GO}`,
    )
  }
  const folder = buildOnce({
    name: `go-${role}`,
    folder: `services/${role}s/go`,
    commands: [
      ['buf', 'generate'],
      ['go', 'build', '-o', role, '-ldflags', '-s -w', '.'],
    ],
  })
  return { command: join(folder, role), args: [] }
}
