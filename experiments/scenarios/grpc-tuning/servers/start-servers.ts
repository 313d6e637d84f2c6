// Starts one or several echo servers behind one port.

import type { MeasuredProcess } from '../../../../harness/measure-load.ts'
import type { ProcessStarter } from '../../../../processes/process-group.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'

/**
 * How processes share a port: the primary process accepts connections and hands each to a free worker (`cluster`), or the kernel
 * chooses among their sockets by a hash of addresses and ports (`reuse-port`).
 */
export type Sharing = 'cluster' | 'reuse-port'

export interface Servers {
  /** `HOST:PORT` */
  readonly address: string
  /** As they answer: s1, s2, … */
  readonly ids: readonly string[]
  /** Of each since its start, in the order of the ids. */
  readonly accepted: () => Promise<readonly number[]>
  /** All of them together. */
  readonly process: MeasuredProcess
}

/** @throws SwitchyardError `process-failed` with the end of its log, if one does not start */
export async function startServers(
  group: ProcessStarter,
  count: number,
  sharing: Sharing = 'cluster',
): Promise<Servers> {
  const started = group.start({
    name: `${count} servers`,
    command: process.execPath,
    args: [sourceFile('experiments/scenarios/grpc-tuning/servers/server.ts'), String(count), sharing],
    ready: (line) => parseReady<{ readonly address: string; readonly primary: number }>(line, 'primary'),
  })
  const { address, primary } = await started.ready
  return {
    address,
    ids: Array.from({ length: count }, (_, at) => `s${at + 1}`),
    accepted: () =>
      started.ask(
        'count',
        (line) => parseReady<{ readonly accepted: readonly number[] }>(line, 'accepted')?.accepted,
      ),
    process: { role: 'server', name: count === 1 ? 'server' : `${count} servers`, pid: primary },
  }
}
