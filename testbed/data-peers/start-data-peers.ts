// Starts the server and the client as processes of their own, on loopback or at the two ends of a link.

import { SwitchyardError } from '../../core/errors.ts'
import type { ProcessGroup, ProcessStarter } from '../../processes/process-group.ts'
import { runJob } from '../job-client.ts'
import type { Link } from '../link/create-link.ts'
import { parseReady, sourceFile } from '../part.ts'
import type { JOBS, JobName, JobOptions, JobResult } from './jobs.ts'
import type { ServerSettings } from './open-server.ts'
import type { ServerCommand, ServerReading } from './server.ts'

const FOLDER = 'testbed/data-peers'

export interface DataPeers {
  /** Where servers listen. */
  readonly host: string
  readonly client: { readonly pid: number }
  readonly server: { readonly pid: number }
  /** A server with these settings: it is opened when it is first asked for. @returns `HOST:PORT` */
  readonly open: (settings?: Omit<ServerSettings, 'host'>) => Promise<string>
  /** One job at a time. @throws SwitchyardError `process-failed` with what the client says */
  readonly run: <N extends JobName>(job: N, options: JobOptions<N>) => Promise<JobResult<N>>
  /** What the server at this address has counted so far, and what its process has used. */
  readonly read: (address: string) => Promise<ServerReading>
}

/** @param link where the server is far and the client near; absent: loopback */
export async function startDataPeers(group: ProcessGroup, link?: Link): Promise<DataPeers> {
  const host = link?.far.ip ?? '127.0.0.1'
  const starterAt = (side: 'near' | 'far'): ProcessStarter => link?.[side].namespace.starterIn(group) ?? group
  const start = (side: 'near' | 'far', name: 'server' | 'client') =>
    starterAt(side).start({
      name: `data ${name}`,
      command: process.execPath,
      args: [sourceFile(`${FOLDER}/${name}.ts`)],
      ready: (line) => parseReady<Readonly<Record<string, number>>>(line, name)?.[name],
    })
  const [server, client] = [start('far', 'server'), start('near', 'client')]
  const [serverPid, clientPid] = await Promise.all([server.ready, client.ready])
  const ask = async <T>(command: ServerCommand, field: string): Promise<T> => {
    type Answer = Readonly<Record<string, unknown>>
    const answered = (line: string) => parseReady<Answer>(line, field) ?? parseReady<Answer>(line, 'failed')
    const answer = await server.ask(JSON.stringify(command), answered)
    if (answer[field] === undefined) {
      throw new SwitchyardError('process-failed', `the data server failed: ${answer.failed}`)
    }
    return answer[field] as T
  }
  const opened = new Map<string, Promise<string>>()
  return {
    host,
    client: { pid: clientPid },
    server: { pid: serverPid },
    open(settings = {}) {
      const key = JSON.stringify(settings)
      const address =
        opened.get(key) ??
        ask<number>({ open: { host, ...settings } }, 'opened').then((port) => `${host}:${port}`)
      opened.set(key, address)
      return address
    },
    run: (job, options) => runJob<typeof JOBS, typeof job>(client, job, options),
    read: (address) => ask<ServerReading>({ read: Number(address.split(':').at(-1)) }, 'reading'),
  }
}
