// One server in Node for both load generators, in plaintext or with TLS.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { Authority } from '../../../../testbed/certificates/authority.ts'
import type { LoadTls } from '../../../../testbed/loader/load-plan.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { type LaidEnds, layTransport } from '../ends.ts'

/** The name in the certificate: a Unix socket has no other. */
const SERVER_NAME = 'server.switchyard'

const INDEX = { plaintext: 31, tls: 32 }

export interface ToolServer extends LaidEnds {
  readonly target: string
  readonly pid: number
  readonly tls?: LoadTls
}

export async function startToolServer(
  context: RunContext,
  transport: Transport,
  hasTls: boolean,
): Promise<ToolServer> {
  const ends = await layTransport(context, transport)
  const kind = hasTls ? 'tls' : 'plaintext'
  return await context.shared(`tools over ${transport.id} ${kind}`, async ({ folder }) => {
    const files = hasTls ? await writeFiles(folder) : undefined
    const { address, pid } = await startBackend(ends.laid.server, folder, {
      id: `${transport.id}-${kind}`,
      listen: ends.laid.listen(INDEX[kind]),
      ...(files && { tls: { certificate: files.certificate, key: files.key } }),
    })
    const target = await ends.laid.target(address)
    // A process that was ready has a pid.
    const server = { ...ends, target, pid: pid as number }
    return files ? { ...server, tls: { ca: files.ca, serverName: SERVER_NAME } } : server
  })
}

async function writeFiles(folder: string) {
  const authority = await Authority.create('transports')
  const issued = await authority.issue({ name: 'server', dns: [SERVER_NAME] })
  const texts = { ca: authority.issued.certificate, certificate: issued.certificate, key: issued.key }
  const files = { ca: join(folder, 'ca.pem'), certificate: join(folder, 'c.pem'), key: join(folder, 'k.pem') }
  for (const name of Object.keys(files) as (keyof typeof files)[]) await writeFile(files[name], texts[name])
  return files
}
