// Runs something again whenever a file that it depends on has changed.

import { lookAt, WatchedFiles } from '../../control-plane/sources/files/watch-files.ts'

export interface WatchOptions {
  /** Ends the loop. */
  readonly signal: AbortSignal
  /** Between two looks at the files. */
  readonly intervalMs: number
  /** Called before each wait, with the number of files that are watched. */
  readonly onWait?: (files: number) => void
  /** Called with the paths that changed, before the next run. */
  readonly onChange?: (paths: readonly string[]) => void
}

/**
 * Resolves when the signal aborts, after the run that goes on then.
 * @param run names each file before it reads it, also if it fails afterwards. A file may be missing.
 */
export async function runOnChanges(
  run: (dependOn: (path: string) => void) => Promise<void>,
  { signal, intervalMs, onWait, onChange }: WatchOptions,
): Promise<void> {
  let changes = Promise.withResolvers<readonly string[]>()
  /** As the files were when the last run named them. */
  let known: ReadonlyMap<string, string> = new Map()
  const watched = new WatchedFiles(intervalMs, (paths) => {
    // New paths are reported once, changed or not.
    const changed = [...paths].filter((path) => lookAt(path) !== known.get(path))
    if (changed.length > 0) changes.resolve(changed)
  })
  // Watching keeps no process up by itself.
  const up = setInterval(() => {}, 60_000)
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
    if (signal.aborted) resolve(undefined)
  })
  try {
    while (!signal.aborted) {
      const files = new Map<string, string>()
      await run((path) => files.set(path, files.get(path) ?? lookAt(path)))
      known = files
      watched.watch(new Set(files.keys()))
      onWait?.(files.size)
      const changed = await Promise.race([changes.promise, aborted])
      if (changed === undefined) return
      changes = Promise.withResolvers()
      onChange?.(changed.toSorted())
    }
  } finally {
    watched.close()
    clearInterval(up)
  }
}
