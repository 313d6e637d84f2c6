// Starts a hop of a chain of services as a process.

import { join } from 'node:path'
import type { ProcessStarter } from '../processes/process-group.ts'
import type { HopBehavior } from '../services/hop/behavior.ts'
import type { HopRecord } from '../services/hop/hop-records.ts'
import { type Traced, tracedArgs } from './otlp/traced.ts'
import { parseReady, sourceFile } from './part.ts'

export interface RunningHop {
  readonly id: string
  /** `HOST:PORT` */
  readonly address: string
  readonly pid: number | undefined
  /** What is not given is as in `CAREFUL`. Forgets all records. */
  readonly behave: (behavior: Partial<HopBehavior>) => Promise<void>
  /** Of all calls since the last `behave`. */
  readonly records: () => Promise<readonly HopRecord[]>
}

/** @param traced whether and how it reports its calls; default: not @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startHop(
  group: ProcessStarter,
  folder: string,
  id: string,
  traced?: Traced,
): Promise<RunningHop> {
  const { args, env } = tracedArgs(traced)
  const started = group.start({
    name: `hop ${id}`,
    command: process.execPath,
    args: [...args, sourceFile('services/hop/hop.ts'), '--id', id],
    env,
    logFile: join(folder, `hop-${id}.log`),
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address'),
  })
  const { address } = await started.ready
  return {
    id,
    address,
    pid: started.pid,
    async behave(behavior) {
      const behaves = (line: string) => parseReady<{ readonly behaves: object }>(line, 'behaves')
      await started.ask(`behave ${JSON.stringify(behavior)}`, behaves)
    },
    records: () =>
      started.ask(
        'records',
        (line) => parseReady<{ readonly records: readonly HopRecord[] }>(line, 'records')?.records,
      ),
  }
}
