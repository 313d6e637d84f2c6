// Starts the server and the client as processes of their own, on loopback or at the two ends of a link.

import type { ProcessGroup, ProcessStarter } from '../../../../processes/process-group.ts'
import { Authority } from '../../../../testbed/certificates/authority.ts'
import { readClient, runJob } from '../../../../testbed/job-client.ts'
import type { Link } from '../../../../testbed/link/create-link.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import type { JOBS, JobName, JobOptions, JobResult } from './jobs.ts'
import type { CallerOptions } from './open-caller.ts'
import { type ConnectionCounts, type Port, portOf, type Way } from './ways.ts'

const FOLDER = 'experiments/scenarios/http2-analysis/peers'

export interface Peers {
  readonly client: { readonly pid: number }
  readonly server: { readonly pid: number }
  /** How the client reaches the server by a way. */
  readonly caller: (
    way: Way,
    options?: { readonly connections?: number; readonly tls?: boolean },
  ) => CallerOptions
  /** One job at a time. @throws SwitchyardError `process-failed` with what the client says */
  readonly run: <N extends JobName>(job: N, options: JobOptions<N>) => Promise<JobResult<N>>
  /** What the server has seen so far. */
  readonly counts: () => Promise<Readonly<Record<Port, ConnectionCounts>>>
}

/** @param link where the server is far and the client near; absent: loopback */
export async function startPeers(group: ProcessGroup, link?: Link): Promise<Peers> {
  const host = link?.far.ip ?? '127.0.0.1'
  const authority = await Authority.create('peers')
  const identity = await authority.issue({ name: 'peer', ips: [host] })
  const starterAt = (side: 'near' | 'far'): ProcessStarter => link?.[side].namespace.starterIn(group) ?? group
  const server = starterAt('far').start({
    name: 'peer server',
    command: process.execPath,
    args: [sourceFile(`${FOLDER}/server.ts`), host, JSON.stringify(identity)],
    ready: (line) =>
      parseReady<{ readonly ports: Record<Port, number>; readonly pid: number }>(line, 'ports'),
  })
  const client = starterAt('near').start({
    name: 'peer client',
    command: process.execPath,
    args: [sourceFile(`${FOLDER}/client.ts`)],
    ready: readClient,
  })
  const [{ ports, pid }, clientPid] = await Promise.all([server.ready, client.ready])
  return {
    client: { pid: clientPid },
    server: { pid },
    caller: (way, { connections = 1, tls = false } = {}) => ({
      ...{ way, host, connections, port: ports[portOf(way, tls)] },
      ...(tls && { ca: authority.issued.certificate }),
    }),
    run: (job, options) => runJob<typeof JOBS, typeof job>(client, job, options),
    counts: () =>
      server.ask(
        'counts',
        (line) => parseReady<{ readonly counts: Record<Port, ConnectionCounts> }>(line, 'counts')?.counts,
      ),
  }
}
