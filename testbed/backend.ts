// Starts an echo backend as a process.

import { join } from 'node:path'
import type { ProcessStarter } from '../processes/process-group.ts'
import type { ConnectionCount } from '../services/backend-server.ts'
import type { Behavior } from '../services/changing-behavior.ts'
import type { LogOptions } from '../services/logging/open-call-log.ts'
import type { WriteQuotaOptions } from '../services/write-quota.ts'
import { type Traced, tracedArgs } from './otlp/traced.ts'
import { parseReady, partOf, sourceFile } from './part.ts'
import { keepPart, type PartContext, type PartProcess } from './parts.ts'

interface BackendReady {
  readonly id: string
  readonly address: string
  /** `HOST:PORT` of its metrics, if it was started with `metrics`. */
  readonly metrics?: string
}

export interface RunningBackend extends BackendReady {
  /** Sends GOAWAY on all its connections; resolves with their number. */
  readonly drain: () => Promise<number>
  /** Connections since it started. */
  readonly connections: () => Promise<ConnectionCount>
  /** Calls since it started, each attempt of a retry by itself; only with `changeable`. */
  readonly calls: () => Promise<number>
  /** Delays and fails calls like this from now on; only with `changeable`. */
  readonly behave: (behavior: Behavior) => Promise<void>
}

export interface BackendOptions {
  readonly id: string
  /** `HOST:PORT`; port 0 picks a free one. */
  readonly listen: string
  /** Added to each call, in whole milliseconds. Default: 0. */
  readonly latencyMs?: number
  /** The share of calls that fail, in whole percents. Default: 0. */
  readonly failPercent?: number
  /** Whether both may change while it runs. Default: false. */
  readonly changeable?: boolean
  /** The age at which a connection gets GOAWAY, in whole milliseconds. Default: no limit. */
  readonly maxConnectionAgeMs?: number
  /** The folder of its key-value service, a file for each value. Default: in memory. */
  readonly valuesIn?: string
  /** How often its key-value service may be written. Default: no limit. */
  readonly writeQuota?: WriteQuotaOptions
  /** Whether the errors of its key-value service carry their stack. Default: false. */
  readonly debugDetails?: boolean
  /** Where it serves metrics, `HOST:PORT`; port 0 picks a free one. Default: nowhere. */
  readonly metrics?: string
  /** What it reports of its load (ORCA). Default: nothing. */
  readonly utilization?: number
  /** Where it logs its calls, and which of their messages. Default: no log. */
  readonly log?: LogOptions
  /** Its certificate and key, files in PEM. Default: plaintext. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** Whether and how it reports its calls as spans. Default: not. */
  readonly traced?: Traced
}

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startBackend(
  group: ProcessStarter,
  folder: string,
  options: BackendOptions,
): Promise<RunningBackend & PartProcess> {
  const { id } = options
  const { args, env } = tracedArgs(options.traced)
  const started = group.start({
    name: `backend ${id}`,
    command: process.execPath,
    args: [...args, sourceFile('services/backend.ts'), ...flagsOf(options)],
    env,
    logFile: join(folder, `backend-${encodeURIComponent(id)}.log`),
    ready: (line) => parseReady<BackendReady>(line, 'address'),
  })
  const ready = await started.ready
  const drain = () =>
    started.ask('drain', (line) => parseReady<{ readonly drained: number }>(line, 'drained')?.drained)
  const connections = () =>
    started.ask(
      'connections',
      (line) => parseReady<{ readonly connections: ConnectionCount }>(line, 'connections')?.connections,
    )
  const calls = () =>
    started.ask('calls', (line) => parseReady<{ readonly calls: number }>(line, 'calls')?.calls)
  const behave = async (behavior: Behavior) => {
    const behaves = (line: string) => parseReady<{ readonly behaves: Behavior }>(line, 'behaves')
    await started.ask(`behave ${JSON.stringify(behavior)}`, behaves)
  }
  return partOf(started, { ...ready, drain, connections, calls, behave })
}

function flagsOf(options: BackendOptions): readonly string[] {
  const { id, listen, latencyMs, failPercent, changeable, maxConnectionAgeMs, utilization } = options
  const { valuesIn, writeQuota, debugDetails, metrics, log } = options
  const optional = {
    'latency-ms': latencyMs,
    'fail-percent': failPercent,
    'max-connection-age-ms': maxConnectionAgeMs,
    utilization,
    metrics,
    'values-in': valuesIn,
    'write-quota': writeQuota?.writes,
    'write-window-ms': writeQuota?.windowMs,
    log: log?.to,
    'log-payload-percent': log?.payloadPercent,
    'tls-certificate': options.tls?.certificate,
    'tls-key': options.tls?.key,
  }
  return [
    ...['--id', id, '--listen', listen],
    ...(changeable ? ['--changeable'] : []),
    ...(debugDetails ? ['--debug-details'] : []),
    ...Object.entries(log?.fields ?? {}).flatMap(([type, paths]) => [
      '--log-fields',
      `${type}=${paths.join(',')}`,
    ]),
    ...Object.entries(optional).flatMap(([flag, value]) =>
      value === undefined ? [] : [`--${flag}`, String(value)],
    ),
  ]
}

/** Starts a backend, and restarts it on its address whenever it ends. */
export async function keepBackend(context: PartContext, options: BackendOptions): Promise<RunningBackend> {
  const { id, listen } = options
  const kept = await keepPart(
    context,
    { id, title: `backend ${id}` },
    (before?: RunningBackend & PartProcess) =>
      startBackend(context.group, context.folder, {
        ...options,
        listen: before?.address ?? listen,
        ...(before?.metrics !== undefined && { metrics: before.metrics }),
      }),
  )
  return {
    id,
    address: kept.current.address,
    ...(kept.current.metrics !== undefined && { metrics: kept.current.metrics }),
    drain: () => kept.current.drain(),
    connections: () => kept.current.connections(),
    calls: () => kept.current.calls(),
    behave: (behavior) => kept.current.behave(behavior),
  }
}
