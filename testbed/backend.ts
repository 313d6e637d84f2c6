// Starts an echo backend as a process.

import { join } from 'node:path'
import type { ProcessGroup } from '../processes/process-group.ts'
import { parseReady, partOf, START_TIMEOUT_MS, sourceFile } from './part.ts'
import { keepPart, type PartContext, type PartProcess } from './parts.ts'

interface BackendReady {
  readonly id: string
  readonly address: string
}

export interface RunningBackend extends BackendReady {
  /** Sends GOAWAY on all its connections; resolves with their number. */
  readonly drain: () => Promise<number>
}

export interface BackendOptions {
  readonly id: string
  /** `HOST:PORT`; port 0 picks a free one. */
  readonly listen: string
}

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startBackend(
  group: ProcessGroup,
  folder: string,
  { id, listen }: BackendOptions,
): Promise<RunningBackend & PartProcess> {
  const started = group.start({
    name: `backend ${id}`,
    command: process.execPath,
    args: [sourceFile('services/backend.ts'), '--id', id, '--listen', listen],
    logFile: join(folder, `backend-${encodeURIComponent(id)}.log`),
    ready: (line) => parseReady<BackendReady>(line, 'address'),
    timeoutMs: START_TIMEOUT_MS,
  })
  const ready = await started.ready
  const drain = () =>
    started.ask('drain', (line) => parseReady<{ readonly drained: number }>(line, 'drained')?.drained)
  return partOf(started, { ...ready, drain })
}

/** Starts a backend, and restarts it on its address whenever it ends. */
export async function keepBackend(
  context: PartContext,
  { id, listen }: BackendOptions,
): Promise<RunningBackend> {
  const kept = await keepPart(
    context,
    { id, title: `backend ${id}` },
    (before?: RunningBackend & PartProcess) =>
      startBackend(context.group, context.folder, { id, listen: before?.address ?? listen }),
  )
  return { id, address: kept.current.address, drain: () => kept.current.drain() }
}
