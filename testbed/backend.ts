// An echo backend of the testbed, as a process of its own.

import { join } from 'node:path'
import type { ProcessGroup } from '../processes/process-group.ts'
import { parseReady, sourceFile } from './part.ts'

interface BackendReady {
  readonly id: string
  readonly address: string
}

export interface RunningBackend extends BackendReady {
  /** Sends GOAWAY on its connections; answers how many there were. */
  readonly drain: () => Promise<number>
}

/** Where a backend listens: `127.0.0.1:0` takes a free port. */
export interface BackendPlace {
  readonly id: string
  readonly listen: string
}

/** @throws SwitchyardError `process-failed` with the end of its log, where it does not come up */
export async function startBackend(
  group: ProcessGroup,
  folder: string,
  { id, listen }: BackendPlace,
): Promise<RunningBackend> {
  const started = group.start({
    name: `backend ${id}`,
    command: process.execPath,
    args: [sourceFile('services/backend.ts'), '--id', id, '--listen', listen],
    logFile: join(folder, `backend-${encodeURIComponent(id)}.log`),
    ready: (line) => parseReady<BackendReady>(line, 'address'),
  })
  const ready = await started.ready
  const drain = () =>
    started.ask('drain', (line) => parseReady<{ readonly drained: number }>(line, 'drained')?.drained)
  return { ...ready, drain }
}
