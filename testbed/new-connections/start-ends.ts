// Starts a server in plaintext, one with TLS, and a client that opens new connections to them, on the two sides of a transport.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { startBackend } from '../backend.ts'
import { Authority } from '../certificates/authority.ts'
import { parseReady, sourceFile } from '../part.ts'
import type { LaidTransport } from '../transports/transport.ts'
import type { JobName, Jobs, Place } from './jobs.ts'

/** Of a job: how long it may take depends on the distance, which the caller knows. */
const JOB_TIMEOUT_MS = 3_600_000

export interface NewConnections {
  readonly place: Place
  /** One job at a time. @throws SwitchyardError `process-failed` with what the client says */
  readonly run: <N extends JobName>(
    name: N,
    job: Omit<Jobs[N]['job'], keyof Place>,
  ) => Promise<Jobs[N]['result']>
  /** Connections that the servers accepted so far. */
  readonly accepted: () => Promise<number>
}

/** @param folder for logs and certificates @throws SwitchyardError `process-failed` if a process does not start */
export async function startNewConnections(laid: LaidTransport, folder: string): Promise<NewConnections> {
  const listen = laid.listen()
  const authority = await Authority.create('new connections')
  const { certificate, key } = await authority.issue({
    name: 'server',
    ips: [splitAddress(listen)?.host ?? ''],
  })
  const files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') }
  await writeFile(files.certificate, certificate)
  await writeFile(files.key, key, { mode: 0o600 })
  const client = laid.client.start({
    name: 'caller',
    command: process.execPath,
    args: [sourceFile('testbed/new-connections/caller.ts')],
    ready: (line) => parseReady<{ readonly caller: number }>(line, 'caller'),
  })
  const [plain, secured] = await Promise.all([
    startBackend(laid.server, folder, { id: 'plaintext', listen }),
    startBackend(laid.server, folder, { id: 'tls', listen: laid.listen(1), tls: files }),
    client.ready,
  ])
  const place = {
    plaintext: await laid.target(plain.address),
    tls: await laid.target(secured.address),
    ca: authority.issued.certificate,
  }
  return {
    place,
    async run(name, job) {
      type Answer = { readonly done?: never; readonly failed?: string }
      const answered = (line: string) =>
        parseReady<Answer>(line, 'done') ?? parseReady<Answer>(line, 'failed')
      const command = JSON.stringify({ name, job: { ...job, ...place } })
      const { done, failed } = await client.ask(command, answered, JOB_TIMEOUT_MS)
      if (done === undefined) throw new SwitchyardError('process-failed', `the job ${name} failed: ${failed}`)
      return done
    },
    accepted: async () =>
      (await Promise.all([plain, secured].map((one) => one.connections()))).reduce(
        (sum, { accepted }) => sum + accepted,
        0,
      ),
  }
}
