// Starts an example gRPC client as a process, and has it call the echo service.

import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import type { Exit } from '../processes/running-process.ts'
import { type BootstrapOptions, bootstrapEnv } from './grpc-programs/bootstrap-file.ts'
import { findGrpcProgram } from './grpc-programs/find-grpc-program.ts'
import type { GrpcLanguage } from './grpc-programs/grpc-program.ts'
import { parseReady, partOf, START_TIMEOUT_MS } from './part.ts'

export interface GrpcClientOptions extends BootstrapOptions {
  readonly language: GrpcLanguage
  /** Such as `xds:///echo`. */
  readonly target: string
  /** `xds` uses TLS where the control plane says so. Default: `insecure`. */
  readonly credentials?: 'insecure' | 'xds'
  /** https://github.com/grpc/grpc/blob/master/doc/service_config.md */
  readonly serviceConfig?: object
  /** Address of its control port. Default: a free port on loopback. */
  readonly control?: string
  readonly env?: Readonly<Record<string, string>>
}

/** What a client is asked to do. */
export interface GrpcCalls {
  /** How many calls may be open at a time. */
  readonly concurrency?: number
  /** Default: as many as `concurrency` allows. */
  readonly callsPerSecond?: number
  readonly method?: 'Unary' | 'ServerStream' | 'ClientStream' | 'Bidirectional'
  readonly metadata?: Readonly<Record<string, string>>
  /** Milliseconds for each call. */
  readonly deadlineMs?: number
  /** Whether a call waits for a connection, instead of failing while it has no connection. */
  readonly waitForReady?: boolean
  /** Whether these calls use a channel of their own, with connections of its own. */
  readonly newChannel?: boolean
  readonly payloadBytes?: number
}

export interface GrpcCallResult {
  readonly calls: number
  /** Calls by the name of their status, such as OK. */
  readonly codes: Readonly<Record<string, number>>
  /** Answers by backend. */
  readonly backends: Readonly<Record<string, number>>
  /** Failed calls by the text of their status. */
  readonly errors: Readonly<Record<string, number>>
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly seconds: number
}

export interface GrpcClientState {
  readonly target: string
  /** Of its channel, such as READY. */
  readonly connectivity: string
  /** Its library and version, such as `grpc-go 1.85.0`. */
  readonly grpc: string
}

interface Ready {
  readonly control: string
  readonly admin?: string
}

/** A client. Its errors have the code `process-failed`. */
export interface GrpcClientProcess {
  readonly name: string
  readonly pid: number | undefined
  /** Address of its control port, `HOST:PORT`. */
  readonly control: string
  /** Address of its CSDS, `HOST:PORT`; undefined if the language has none. */
  readonly admin?: string
  readonly exited: Promise<Exit>
  calls(calls: number, settings?: GrpcCalls): Promise<GrpcCallResult>
  /** Calls until its `end()`, which resolves when the calls under way have ended. */
  load(settings?: GrpcCalls): Promise<{ end(): Promise<GrpcCallResult> }>
  state(): Promise<GrpcClientState>
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

/** @throws SwitchyardError `process-failed` with the end of its log if it does not start, or with what to install */
export async function startGrpcClient(
  group: ProcessGroup,
  folder: string,
  options: GrpcClientOptions,
): Promise<GrpcClientProcess> {
  const { language, name, target, credentials, serviceConfig, control } = options
  const { command, args, env } = findGrpcProgram(language, 'client')
  const started = group.start({
    name,
    command,
    args: [
      ...args,
      ...['--target', target],
      ...(control === undefined ? [] : ['--control', control]),
      ...(credentials === undefined ? [] : ['--credentials', credentials]),
      ...(serviceConfig === undefined ? [] : ['--service-config', JSON.stringify(serviceConfig)]),
    ],
    env: { ...env, ...(await bootstrapEnv(folder, options)), ...options.env },
    logFile: join(folder, `${encodeURIComponent(name)}.log`),
    ready: (line) => parseReady<Ready>(line, 'control'),
    timeoutMs: START_TIMEOUT_MS,
  })
  const ready = await started.ready
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> =>
    (await request(name, `http://${ready.control}${path}`, method, body)) as T
  return {
    name,
    ...partOf(started, ready),
    calls: (calls, settings) => ask('POST', '/calls', { calls, ...settings }),
    async load(settings = {}) {
      const { load } = await ask<{ readonly load: number }>('POST', '/loads', settings)
      return { end: () => ask('DELETE', `/loads/${load}`) }
    },
    state: () => ask('GET', '/state'),
  }
}

async function request(name: string, url: string, method: string, body?: object): Promise<unknown> {
  try {
    const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
    const text = await response.text()
    if (response.ok) return JSON.parse(text)
    throw new Error(`${response.status} ${text}`)
  } catch (cause) {
    throw new SwitchyardError('process-failed', `${name}: ${method} ${url}: ${(cause as Error).message}`, {
      cause,
    })
  }
}
