// Serves built pages from a folder on loopback, by Vite.

import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { preview } from 'vite'

export interface PageServer {
  /** `http://127.0.0.1:PORT`, which is the origin of its pages. */
  readonly origin: string
  close(): Promise<void>
}

/** @param port 0 picks a free one */
export async function serveFolder(folder: string, port = 0): Promise<PageServer> {
  const server = await preview({
    configFile: false,
    logLevel: 'warn',
    root: dirname(folder),
    build: { outDir: basename(folder) },
    preview: { host: '127.0.0.1', port, strictPort: port !== 0, open: false },
  })
  const { port: actual } = server.httpServer.address() as AddressInfo
  return { origin: `http://127.0.0.1:${actual}`, close: () => server.close() }
}
