// Starts the gauged server, on loopback or in a network namespace.

import { setTimeout } from 'node:timers/promises'
import type { ServerOptions } from '@grpc/grpc-js'
import { SwitchyardError } from '../../../../core/errors.ts'
import type { ProcessStarter } from '../../../../processes/process-group.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import type { CallBehavior, GaugedServerCommand, ServerCounts } from './commands.ts'

const POLL_MS = 5
/** For what is sure to come: who waits longer hangs. */
const PATIENCE_MS = 60_000

export interface GaugedServer {
  /** `HOST:PORT` of each address that it listens on. */
  readonly addresses: readonly [string, ...string[]]
  readonly pid: number
  /** Counts from 0, and holds and delays calls like this from now on. */
  readonly reset: (behavior?: CallBehavior) => Promise<void>
  readonly counts: () => Promise<ServerCounts>
  /** Asks for the counts until they are so. @throws SwitchyardError `process-failed` with the counts, if they never are */
  readonly until: (isSo: (counts: ServerCounts) => boolean) => Promise<ServerCounts>
  readonly stop: () => Promise<void>
}

/** @throws SwitchyardError `process-failed` if it does not start */
export async function startGaugedServer(
  group: ProcessStarter,
  options: ServerOptions = {},
  hosts: readonly [string, ...string[]] = ['127.0.0.1'],
): Promise<GaugedServer> {
  const started = group.start({
    name: 'gauged server',
    command: process.execPath,
    args: [
      sourceFile('experiments/scenarios/grpc-tuning/gauged-server/main.ts'),
      JSON.stringify({ hosts, options }),
    ],
    ready: (line) => parseReady<{ readonly port: number; readonly pid: number }>(line, 'port'),
  })
  const { port, pid } = await started.ready
  const ask = (command: GaugedServerCommand) =>
    started.ask(
      JSON.stringify(command),
      (line) => parseReady<{ readonly counts: ServerCounts }>(line, 'counts')?.counts,
    )
  const [first, ...others] = hosts.map((host) => `${host}:${port}`)
  return {
    addresses: [first ?? '', ...others],
    pid,
    reset: async (behavior = {}) => void (await ask({ reset: behavior })),
    counts: () => ask({}),
    async until(isSo) {
      const end = performance.now() + PATIENCE_MS
      for (;;) {
        const counts = await ask({})
        if (isSo(counts)) return counts
        if (performance.now() > end)
          throw new SwitchyardError(
            'process-failed',
            `the gauged server never had what was waited for: ${JSON.stringify(counts)}`,
          )
        await setTimeout(POLL_MS)
      }
    },
    stop: async () => void (await started.stop()),
  }
}
