// Runs buf, the compiler of npm's package @bufbuild/buf.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { SwitchyardError } from '../core/errors.ts'

const BUF = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf')

export interface BufOptions {
  /** Default: the current one. */
  readonly cwd?: string
  /** Standard input. */
  readonly input?: string | Uint8Array
}

export interface BufOutput {
  readonly status: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** buf 1.75 ends with this status if it found breaking changes or lint. */
export const BUF_FOUND = 100

/** @throws SwitchyardError `process-failed` if buf cannot be started */
export function runBuf(args: readonly string[], { cwd, input }: BufOptions = {}): BufOutput {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [BUF, ...args], {
    cwd,
    input,
    // tap's modules would be loaded into buf's launcher, which is a program of Node.
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 256 * 1024 * 1024,
  })
  if (status !== null) return { status, stdout, stderr: stderr.toString() }
  throw new SwitchyardError('process-failed', `buf could not be run: ${error?.message ?? 'it was ended'}`)
}

/**
 * Compiles a folder of `.proto` files, or one file, to a `google.protobuf.FileDescriptorSet` without comments.
 * @throws SwitchyardError `invalid-argument` with what buf says of the files
 */
export function buildByBuf(path: string): Uint8Array {
  const flags = ['--as-file-descriptor-set', '--exclude-source-info', '--output', '-#format=binpb']
  const { status, stdout, stderr } = runBuf(['build', path, ...flags])
  if (status === 0) return stdout
  throw new SwitchyardError('invalid-argument', `buf cannot compile ${path}:\n${stderr.trimEnd()}`)
}
