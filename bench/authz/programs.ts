// The programs of the benchmark: our authorizer, and the Go peer and the load generator from bench/authz-go.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { SwitchyardError } from '../../core/errors.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { buildGo, GO_FOLDER } from '../harness/go-tools.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** @throws SwitchyardError `process-failed` without Go, or with the compiler's output */
export function buildGoPrograms(): void {
  buildGo('authz-go', `${GO_FOLDER}/`, './...')
}

/** The service behind the Envoys. */
export async function startService(group: ProcessGroup): Promise<RunningAuthorizer> {
  const started = group.start({
    name: 'the service',
    command: process.execPath,
    args: [join(root, 'services/backend.ts'), '--id', 'echo', '--listen', '127.0.0.1:0'],
    ready: (line) => /"address":"([^"]+)"/.exec(line)?.[1],
  })
  return { address: await started.ready, pid: started.pid as number }
}

export interface RunningAuthorizer {
  readonly address: string
  readonly pid: number
}

export async function startAuthorizer(
  group: ProcessGroup,
  kind: 'ours' | 'peer',
  policy: string,
  listen: string,
): Promise<RunningAuthorizer> {
  const flags = ['--listen', listen, '--policy', policy]
  const plaintext = listen.startsWith('unix:') ? [] : ['--allow-plaintext']
  const started = group.start({
    name: `authorizer ${kind} on ${listen}`,
    command: kind === 'ours' ? process.execPath : join(GO_FOLDER, 'peer'),
    args: kind === 'ours' ? [join(root, 'services/authorizer/authorizer.ts'), ...flags, ...plaintext] : flags,
    dieWithParent: kind === 'peer',
    ready: (line) => /"address":"([^"]+)"/.exec(line)?.[1],
  })
  const address = await started.ready
  return { address, pid: started.pid as number }
}

export interface Load {
  readonly target: string
  readonly method: string
  readonly message: Uint8Array
  /** Calls per second. Default: as many as possible. */
  readonly rate?: number
  readonly seconds: number
  readonly token?: string
  /** PEM files for mutual TLS. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string }
}

export interface LoadResult {
  readonly calls: number
  readonly failures: number
  readonly seconds: number
  /** Microseconds from the time at which a call was due, in ascending order; empty without a rate. */
  readonly latencies: readonly number[]
}

/** @param cpus those of the load. @throws SwitchyardError `process-failed` if the first call fails */
export async function runLoad(
  { target, method, message, rate = 0, seconds, token, tls }: Load,
  cpus?: string,
): Promise<LoadResult> {
  const flags = {
    target,
    method,
    message: Buffer.from(message).toString('base64'),
    rate: String(rate),
    seconds: String(seconds),
    ...(token !== undefined && { token }),
    ...tls,
  }
  const program = join(GO_FOLDER, 'load')
  const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`)
  const child = cpus === undefined ? spawn(program, args) : spawn('taskset', ['-c', cpus, program, ...args])
  const [out, problem] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (out === '') throw new SwitchyardError('process-failed', `the load on ${target} failed: ${problem}`)
  return JSON.parse(out)
}
