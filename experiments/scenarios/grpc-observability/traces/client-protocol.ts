// What the client of the traces is asked, and how it answers.

import { join } from 'node:path'
import type { ProcessStarter } from '../../../../processes/process-group.ts'
import { type Traced, tracedArgs } from '../../../../testbed/otlp/traced.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'

export interface Asked {
  readonly call: 'work' | 'unary' | 'fail' | 'stream' | 'upload' | 'chat'
  /** Of calls, one after the other. Default: 1. */
  readonly count?: number
  /** Of a stream, in one direction. Default: 1. */
  readonly messages?: number
}

/** Calls by status. */
export type Codes = Readonly<Record<string, number>>

export interface TracedClient {
  readonly ask: (asked: Asked) => Promise<Codes>
}

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startTracedClient(
  group: ProcessStarter,
  folder: string,
  target: string,
  traced: Traced | undefined,
): Promise<TracedClient> {
  const { args, env } = tracedArgs(traced)
  const name = `client ${traced?.service ?? ''}`
  const started = group.start({
    name,
    command: process.execPath,
    args: [
      ...args,
      sourceFile('experiments/scenarios/grpc-observability/traces/client-main.ts'),
      ...['--target', target],
    ],
    env,
    logFile: join(folder, `${name.replaceAll(' ', '-')}.log`),
    ready: (line) => parseReady<{ readonly ready: true }>(line, 'ready'),
  })
  await started.ready
  return {
    ask: (asked) =>
      started.ask(
        JSON.stringify(asked),
        (line) => parseReady<{ readonly codes: Codes }>(line, 'codes')?.codes,
      ),
  }
}
