// Starts servers far away and a client here, on the two sides of an emulated Internet.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../../../../core/errors.ts'
import { splitAddress } from '../../../../core/host-and-port.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { Authority } from '../../../../testbed/certificates/authority.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import type { RunContext } from '../../../harness/scenario.ts'
import type { JobName, Jobs, Place } from './jobs.ts'

/** Of a job: what a run may take is the harness's to say. */
const JOB_TIMEOUT_MS = 3_600_000

export interface FarEnds {
  readonly place: Place
  /** One job at a time. @throws SwitchyardError `process-failed` with what the client says */
  readonly run: <N extends JobName>(
    name: N,
    job: Omit<Jobs[N]['job'], keyof Place>,
  ) => Promise<Jobs[N]['result']>
  /** Connections that the servers accepted so far. */
  readonly accepted: () => Promise<number>
}

export async function startFarEnds({ group, folder }: RunContext, transport: Transport): Promise<FarEnds> {
  const laid = await transport.lay(group, folder)
  const listen = laid.listen()
  const authority = await Authority.create('internet')
  const { certificate, key } = await authority.issue({ name: 'far', ips: [splitAddress(listen)?.host ?? ''] })
  const files = { certificate: join(folder, 'far.pem'), key: join(folder, 'far.key') }
  await writeFile(files.certificate, certificate)
  await writeFile(files.key, key, { mode: 0o600 })
  const client = laid.client.start({
    name: 'caller',
    command: process.execPath,
    args: [sourceFile('experiments/scenarios/grpc-transport-benchmark/internet/caller.ts')],
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
