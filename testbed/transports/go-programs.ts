// The two programs in Go that transports need, built on first use: the redirect by eBPF, and WireGuard in user space.

import { join } from 'node:path'
import { buildOnce } from '../grpc-programs/build-once.ts'
import { hasGo, INSTALL_GO } from '../grpc-programs/go.ts'

const FOLDER = 'testbed/transports/go'

/** Why they cannot be built here, as a command; undefined if they can. */
export function missingForGoPrograms(): string | undefined {
  return hasGo() ? undefined : INSTALL_GO
}

/** @returns the path of the program @throws SwitchyardError `process-failed` with the output of the compiler */
export function findGoProgram(name: 'redirect' | 'wireguard'): string {
  const folder = buildOnce({
    name: 'go-transports',
    folder: FOLDER,
    commands: [['go', 'build', '-o', 'bin/', '-ldflags', '-s -w', './...']],
  })
  return join(folder, 'bin', name)
}
