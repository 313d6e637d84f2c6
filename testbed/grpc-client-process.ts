// Starts an example gRPC client as a process, and has it call the echo service.

import { join } from 'node:path'
import type { ProcessStarter } from '../processes/process-group.ts'
import type { Exit } from '../processes/running-process.ts'
import { type GrpcClientControl, grpcClientAt } from './grpc-client-control.ts'
import { type BootstrapOptions, bootstrapEnv } from './grpc-programs/bootstrap-file.ts'
import { findGrpcProgram } from './grpc-programs/find-grpc-program.ts'
import type { GrpcLanguage } from './grpc-programs/grpc-program.ts'
import { parseReady, partOf } from './part.ts'

export type { GrpcCallResult, GrpcCalls, GrpcClientState } from './grpc-client-control.ts'

export interface GrpcClientOptions extends BootstrapOptions {
  readonly language: GrpcLanguage
  /** Such as `xds:///echo`. */
  readonly target: string
  /** `xds` uses TLS where the control plane says so. Default: `insecure`. */
  readonly credentials?: 'insecure' | 'xds'
  /** https://github.com/grpc/grpc/blob/master/doc/service_config.md */
  readonly serviceConfig?: object
  /** Options of its channels, by the names of C-core: only Node's and Python's. */
  readonly options?: Readonly<Record<string, string | number>>
  /** When it pings the server, in milliseconds: Go's and Java's. Node's and Python's have `options` for it. Default: never. */
  readonly keepalive?: { readonly timeMs: number; readonly timeoutMs: number }
  /** Address of its control port. Default: a free port on loopback. */
  readonly control?: string
  readonly env?: Readonly<Record<string, string>>
}

interface Ready {
  readonly control: string
  readonly admin?: string
}

/** A client. Its errors have the code `process-failed`. */
export interface GrpcClientProcess extends GrpcClientControl {
  readonly name: string
  readonly pid: number | undefined
  /** Address of its control port, `HOST:PORT`. */
  readonly control: string
  /** Address of its CSDS, `HOST:PORT`; undefined if the language has none. */
  readonly admin?: string
  readonly exited: Promise<Exit>
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

/** @throws SwitchyardError `process-failed` with the end of its log if it does not start, or with what to install */
export async function startGrpcClient(
  group: ProcessStarter,
  folder: string,
  options: GrpcClientOptions,
): Promise<GrpcClientProcess> {
  const { language, name, target, credentials, serviceConfig, keepalive, control } = options
  const { command, args, env } = findGrpcProgram(language, 'client')
  const started = group.start({
    name,
    command,
    args: [
      ...args,
      ...['--target', target],
      ...(control === undefined ? [] : ['--control', control]),
      ...(credentials === undefined ? [] : ['--credentials', credentials]),
      ...Object.entries(options.options ?? {}).flatMap(([key, value]) => ['--option', `${key}=${value}`]),
      ...(keepalive === undefined ? [] : keepaliveFlags(keepalive)),
      ...(serviceConfig === undefined ? [] : ['--service-config', JSON.stringify(serviceConfig)]),
    ],
    env: { ...env, ...(await bootstrapEnv(folder, options)), ...options.env },
    logFile: join(folder, `${encodeURIComponent(name)}.log`),
    ready: (line) => parseReady<Ready>(line, 'control'),
  })
  const ready = await started.ready
  return { name, ...partOf(started, ready), ...grpcClientAt(name, ready.control) }
}

function keepaliveFlags({
  timeMs,
  timeoutMs,
}: NonNullable<GrpcClientOptions['keepalive']>): readonly string[] {
  return ['--keepalive-time-ms', String(timeMs), '--keepalive-timeout-ms', String(timeoutMs)]
}
