// Starts the watching client, on loopback or in a network namespace.

import type { ProcessStarter } from '../../../../../processes/process-group.ts'
import { parseReady, sourceFile } from '../../../../../testbed/part.ts'
import type { CallTally, Noticed, WatchedChannel, WatcherLine } from './channels.ts'

export interface Watcher {
  readonly pid: number
  /** Channels that have noticed so far, by their ids. */
  readonly noticed: () => ReadonlyMap<string, Noticed>
  /** Resolves when all of these have. */
  readonly until: (ids: readonly string[]) => Promise<void>
  /** Of channels with new calls: what became of the calls since it was asked last. */
  readonly takeTallies: () => Promise<readonly CallTally[]>
}

/** Resolves when all channels are connected. @throws SwitchyardError `process-failed` if it does not start */
export async function startWatcher(
  group: ProcessStarter,
  channels: readonly WatchedChannel[],
): Promise<Watcher> {
  const noticed = new Map<string, Noticed>()
  const waiting = new Set<() => void>()
  const started = group.start({
    name: 'watching client',
    command: process.execPath,
    args: [
      sourceFile('experiments/scenarios/grpc-tuning/keepalive/watcher/main.ts'),
      JSON.stringify(channels),
    ],
    ready: (line) => parseReady<{ readonly watching: number }>(line, 'watching'),
    onLine: (line) => {
      const one = parseReady<Extract<WatcherLine, { readonly noticed: Noticed }>>(line, 'noticed')?.noticed
      if (one === undefined) return
      noticed.set(one.id, one)
      for (const look of waiting) look()
    },
  })
  const { watching: pid } = await started.ready
  return {
    pid,
    noticed: () => noticed,
    until: (ids) =>
      new Promise((resolve) => {
        const look = () => {
          if (ids.some((id) => !noticed.has(id))) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    takeTallies: () =>
      started.ask(
        'tallies',
        (line) => parseReady<{ readonly tallies: readonly CallTally[] }>(line, 'tallies')?.tallies,
      ),
  }
}
