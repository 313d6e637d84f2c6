// The server that both tools call: one process, over TCP, a Unix socket or TLS.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComparedTarget } from '../../../../harness/compare-loaders.ts'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { Authority } from '../../../../testbed/certificates/authority.ts'
import type { LoadTls } from '../../../../testbed/loader/load-plan.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'

export type Endpoint = 'tcp' | 'unix' | 'tls'

interface Server {
  readonly address: string
  readonly pid: number
  readonly tls?: LoadTls
}

export async function openEndpoint(context: RunContext, endpoint: Endpoint): Promise<ComparedTarget> {
  const { address, pid, tls } = await context.shared(`tools: ${endpoint}`, (shared) =>
    startServer(shared, endpoint),
  )
  return {
    // Its compiler stays warm from one run to the next, as that of a long test would.
    loader: await context.shared('tools: loader', ({ group }) => startLoader(group)),
    target: address,
    ...(tls && { tls }),
    processes: [{ role: 'server', name: 'server', pid }],
  }
}

async function startServer({ group, folder }: SharedContext, endpoint: Endpoint): Promise<Server> {
  const listen = endpoint === 'unix' ? `unix:${join(await socketFolder(group), 's')}` : '127.0.0.1:0'
  const identity = endpoint === 'tls' ? await writeIdentity(folder) : undefined
  const started = group.start({
    name: `server over ${endpoint}`,
    command: process.execPath,
    args: [
      ...[sourceFile('services/backend.ts'), '--id', 's1', '--listen', listen],
      ...(identity ? ['--tls-certificate', identity.certificate, '--tls-key', identity.key] : []),
    ],
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address'),
  })
  const { address } = await started.ready
  // A process that was ready has a pid.
  const pid = started.pid as number
  return { address, pid, ...(identity && { tls: { ca: identity.ca } }) }
}

/** The path of a socket has 107 bytes at most, and the folder of a run may be longer. */
async function socketFolder({ ending }: SharedContext['group']): Promise<string> {
  const folder = await mkdtemp('/tmp/switchyard-')
  ending.addEventListener('abort', () => void rm(folder, { recursive: true, force: true }))
  return folder
}

async function writeIdentity(folder: string) {
  const authority = await Authority.create('tools')
  const issued = await authority.issue({ name: 'server', ips: ['127.0.0.1'] })
  const files = {
    ...{ ca: join(folder, 'ca.pem'), certificate: join(folder, 'server.pem') },
    key: join(folder, 'server.key'),
  }
  await writeFile(files.ca, authority.issued.certificate)
  await writeFile(files.certificate, issued.certificate)
  await writeFile(files.key, issued.key)
  return files
}
