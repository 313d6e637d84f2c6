// The interface of the benchmark's servers: flags, one line when they are ready, and POST /bump for a change.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'

/** The part of `gcp-peer`'s interface that the benchmark uses. */
export interface BenchmarkServer {
  /** Address of xDS, `HOST:PORT`. */
  readonly address: string
  /** Changes the endpoints of one cluster; returns when the push has started. */
  readonly bump: () => void
}

/** Serves what `start` returns for `--n`, and for `--processes` where it has several, until SIGTERM. */
export async function serveBenchmark(
  start: (size: number, processes: number) => Promise<BenchmarkServer>,
): Promise<void> {
  const options = {
    n: { type: 'string', default: '100' },
    processes: { type: 'string', default: '1' },
  } as const
  const { values } = parseArgs({ options })
  const { address, bump } = await start(Number(values.n), Number(values.processes))
  const control = createServer((request, response) => {
    if (request.method === 'POST' && request.url?.startsWith('/bump')) bump()
    else response.statusCode = 404
    response.end()
  })
  await announce(control, address)
}

/** Listens on a free port, and prints one line with the addresses. */
export async function announce(control: Server, xds: string): Promise<void> {
  await once(control.listen(0, '127.0.0.1'), 'listening')
  const { port } = control.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ xds, control: `http://127.0.0.1:${port}` })}\n`)
  process.once('SIGTERM', () => process.exit(0))
}
