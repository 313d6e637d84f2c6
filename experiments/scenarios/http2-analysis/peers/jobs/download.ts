// Fetches objects, all asked for at once, as a browser does with the parts of a page.

import { type CallerOptions, openCaller } from '../open-caller.ts'

export interface DownloadOptions {
  readonly caller: CallerOptions
  readonly objects: number
  readonly bytes: number
  /** Fetched before, and not measured: connections are open, and their congestion windows have grown. */
  readonly warmUpBytes?: number
}

export interface Downloaded {
  readonly ms: number
  readonly bytes: number
}

export async function download({
  caller: options,
  objects,
  bytes,
  warmUpBytes = 0,
}: DownloadOptions): Promise<Downloaded> {
  const caller = openCaller(options)
  const { connections } = options
  const fetch = async (count: number, path: string) =>
    (await Promise.all(Array.from({ length: count }, () => caller.call({ path })))).reduce(
      (sum, one) => sum + one,
      0,
    )
  if (warmUpBytes > 0) await fetch(connections, `/bytes/${warmUpBytes}`)
  const begun = performance.now()
  const received = await fetch(objects, `/bytes/${bytes}`)
  const ms = performance.now() - begun
  caller.close()
  return { ms, bytes: received }
}
