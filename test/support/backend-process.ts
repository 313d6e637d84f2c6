// A backend as a process, which a test can kill or freeze.

import { fileURLToPath } from 'node:url'
import { startProcess } from '../../processes/running-process.ts'
import type { Teardowns } from './real-envoy.ts'

export interface BackendProcess {
  readonly address: string
  readonly pid: number
  /** Kills it with SIGKILL, and resolves when it has ended. */
  readonly kill: () => Promise<void>
  /** Stops it with SIGSTOP: it keeps its connections and does nothing. */
  readonly freeze: () => void
}

const FILE = fileURLToPath(new URL('../../services/backend.ts', import.meta.url))

/** @param listen `127.0.0.1:PORT`; default: a free port */
export async function startBackendProcess(
  t: Teardowns,
  id: string,
  listen = '127.0.0.1:0',
): Promise<BackendProcess> {
  const running = startProcess({
    name: `backend ${id}`,
    command: process.execPath,
    args: [FILE, '--id', id, '--listen', listen],
    ready: (line) => /"address":"([^"]+)"/.exec(line)?.[1],
  })
  // A frozen process does not handle SIGTERM.
  const kill = async () => void (await running.stop(0))
  t.teardown(kill)
  const address = await running.ready
  const signal = (name: NodeJS.Signals) => process.kill(running.pid as number, name)
  return {
    address,
    // It is ready, so it has a pid.
    pid: running.pid as number,
    kill: async () => {
      signal('SIGKILL')
      await running.exited
    },
    freeze: () => void signal('SIGSTOP'),
  }
}
