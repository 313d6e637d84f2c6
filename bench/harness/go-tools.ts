// Builds the Go programs of the benchmarks, if their sources have changed.

import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SwitchyardError } from '../../core/errors.ts'
import { hasGo, INSTALL_GO } from '../../testbed/grpc-programs/go.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Ignored by git. */
export const GO_FOLDER = join(root, '.tools', 'bench')

export interface GoTools {
  /** The server on go-control-plane: the peer. */
  readonly peer: string
  /** The client that acts as many Envoys, the same for all servers. */
  readonly swarm: string
}

/** @throws SwitchyardError `process-failed` without Go, with how to install it, or with the compiler's output */
export function buildGoTools(): GoTools {
  return { peer: buildOne('gcp-peer'), swarm: buildOne('xds-swarm') }
}

/** @throws SwitchyardError like `buildGoTools` */
export function buildSwarm(): Pick<GoTools, 'swarm'> {
  return { swarm: buildOne('xds-swarm') }
}

function buildOne(name: string): string {
  const file = join(GO_FOLDER, name)
  buildGo(name, file, '.')
  return file
}

/**
 * Builds packages of the module `bench/NAME`. Go's cache makes this quick if nothing has changed.
 * @throws SwitchyardError like `buildGoTools`
 */
export function buildGo(name: string, output: string, packages: string): void {
  if (!hasGo()) {
    throw new SwitchyardError(
      'process-failed',
      `Go is not installed, and the benchmark builds Go programs: ${INSTALL_GO}`,
    )
  }
  mkdirSync(GO_FOLDER, { recursive: true })
  const { status, stderr } = spawnSync('go', ['build', '-o', output, packages], {
    cwd: join(root, 'bench', name),
    encoding: 'utf8',
  })
  if (status !== 0) throw new SwitchyardError('process-failed', `cannot build bench/${name}: ${stderr}`)
}
