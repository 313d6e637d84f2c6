// Finds ghz, the load generator for gRPC in Go: on PATH, or built once into `.tools/`. https://ghz.sh

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { runLocked } from '../grpc-programs/build-once.ts'
import { fillOnce } from '../grpc-programs/fill-once.ts'
import { hasGo, INSTALL_GO } from '../grpc-programs/go.ts'
import { sourceFile } from '../part.ts'

export const GHZ_VERSION = '0.93.0'
const PACKAGE = `github.com/bojand/ghz/cmd/ghz@v${GHZ_VERSION}`

export const INSTALL_GHZ = `go install ${PACKAGE}; Go: ${INSTALL_GO}`

/** Whether it is on PATH or can be built. */
export function hasGhz(env: NodeJS.ProcessEnv = process.env): boolean {
  return isOnPath(env) || hasGo(env)
}

/**
 * Builds it the first time, which takes a minute or two.
 * @returns the program
 * @throws SwitchyardError `process-failed` with how to install Go, or with the compiler's output
 */
export function findGhz(env: NodeJS.ProcessEnv = process.env): string {
  if (isOnPath(env)) return 'ghz'
  if (!hasGo(env)) throw new SwitchyardError('process-failed', `ghz is not installed: ${INSTALL_GHZ}`)
  return join(fillOnce(sourceFile(`.tools/ghz-${GHZ_VERSION}`), build), 'ghz')
}

function isOnPath(env: NodeJS.ProcessEnv): boolean {
  return spawnSync('ghz', ['--version'], { env }).status === 0
}

function build(folder: string): void {
  runLocked('go', ['env', `GOBIN=${folder}`, 'go', 'install', PACKAGE], folder)
}
