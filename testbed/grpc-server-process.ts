// Starts an example gRPC server as a process.

import { join } from 'node:path'
import type { ProcessStarter } from '../processes/process-group.ts'
import type { Exit } from '../processes/running-process.ts'
import { type BootstrapOptions, bootstrapEnv } from './grpc-programs/bootstrap-file.ts'
import { findGrpcProgram } from './grpc-programs/find-grpc-program.ts'
import type { GrpcLanguage } from './grpc-programs/grpc-program.ts'
import { parseReady, partOf } from './part.ts'

export interface GrpcServerOptions extends BootstrapOptions {
  readonly language: GrpcLanguage
  /** `HOST:PORT`, or for those in Go `unix:/path`; an xDS server needs an IP address and a port, because its listener's name has both. */
  readonly listen: string
  /** Whether a control plane configures its listener. It needs a bootstrap then. Default: no. */
  readonly xds?: boolean
  /** Milliseconds after which it closes a connection gracefully. Default: never. */
  readonly maxConnectionAgeMs?: number
  /** Milliseconds that clients must wait between two pings, also without calls: Go's, Java's and Python's. Default: gRPC's. */
  readonly minPingIntervalMs?: number
  readonly env?: Readonly<Record<string, string>>
}

export interface GrpcServerProcess {
  readonly name: string
  readonly pid: number | undefined
  /** Address of the server, `HOST:PORT`. */
  readonly listening: string
  readonly exited: Promise<Exit>
  /** Sets what it answers to health checks, by `grpc.health.v1`. */
  setHealth(health: 'serving' | 'not-serving'): Promise<void>
  /** Resolves when the process has ended; calls under way have two seconds. */
  stop(): Promise<void>
}

/**
 * Resolves when the server has started. One in Node serves then; others with `xds` serve once they have their listener.
 * @throws SwitchyardError `process-failed` with the end of its log if it does not start, or with what to install
 */
export async function startGrpcServer(
  group: ProcessStarter,
  folder: string,
  options: GrpcServerOptions,
): Promise<GrpcServerProcess> {
  const { language, name, listen, xds = false, maxConnectionAgeMs, minPingIntervalMs } = options
  const { command, args, env } = findGrpcProgram(language, 'server')
  const started = group.start({
    name,
    command,
    args: [
      ...args,
      ...['--listen', listen, '--name', name],
      ...(xds ? ['--xds'] : []),
      ...(maxConnectionAgeMs === undefined ? [] : ['--max-connection-age-ms', String(maxConnectionAgeMs)]),
      ...(minPingIntervalMs === undefined ? [] : ['--min-ping-interval-ms', String(minPingIntervalMs)]),
    ],
    env: { ...env, ...(await bootstrapEnv(folder, options)), ...options.env },
    logFile: join(folder, `${encodeURIComponent(name)}.log`),
    ready: (line) => parseReady<{ readonly listening: string }>(line, 'listening'),
  })
  return {
    name,
    ...partOf(started, await started.ready),
    async setHealth(health) {
      const isNoted = (line: string) => parseReady<{ readonly health: string }>(line, 'health')?.health
      await started.ask(health, isNoted)
    },
  }
}
