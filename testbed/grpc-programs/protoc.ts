// protoc, Google's compiler: that of the system, else the one in gRPC's tools for Python, which pip fetches once.

import { spawnSync } from 'node:child_process'
import { SwitchyardError } from '../../core/errors.ts'
import { findProgram } from '../../processes/find-program.ts'
import { INSTALL_PYTHON, pythonPackages } from './python.ts'

export const INSTALL_PROTOC = `sudo apt-get install -y protobuf-compiler, or ${INSTALL_PYTHON}, by which it is fetched`

export interface Protoc {
  readonly command: string
  /** Before its own flags. */
  readonly args: readonly string[]
  /** Added to our own environment. */
  readonly env: Readonly<Record<string, string>>
}

/** Undefined if it is neither there nor can be fetched. */
export function findProtoc(env: NodeJS.ProcessEnv = process.env): Protoc | undefined {
  const system = findProgram('protoc', env)
  if (system !== undefined) return { command: system, args: [], env: {} }
  try {
    const args = ['-m', 'grpc_tools.protoc']
    return { command: 'python3', args, env: { PYTHONPATH: pythonPackages(env) } }
  } catch {
    return undefined
  }
}

/**
 * Runs it. @param input of standard input @returns its standard output
 * @throws SwitchyardError `process-failed` with what it says
 */
export function runProtoc(
  { command, args, env }: Protoc,
  flags: readonly string[],
  input?: string | Uint8Array,
): Buffer {
  const { status, stdout, stderr, error } = spawnSync(command, [...args, ...flags], {
    env: { ...process.env, ...env },
    input,
  })
  if (status === 0) return stdout
  throw new SwitchyardError('process-failed', `protoc failed:\n${error?.message ?? stderr}`)
}
