// A load generator as a process. Commands are lines of JSON on its standard input; it ends with it.

import { createInterface } from 'node:readline'
import { SwitchyardError } from '../../core/errors.ts'
import type { LoaderCommand, LoaderEvent } from './loader-protocol.ts'
import { type RunningLoad, runLoad } from './run-load.ts'

const loads = new Map<number, RunningLoad>()

function follow(command: LoaderCommand): void {
  const { load } = command
  if (command.do === 'begin') {
    const running = runLoad(command.plan, {
      onBegun: () => print({ load, event: 'begun' }),
      onClosed: () => print({ load, event: 'closed' }),
    })
    loads.set(load, running)
    running.result
      .then(
        (result) => print({ load, event: 'ended', result }),
        (error: unknown) => print({ load, event: 'failed', message: SwitchyardError.from(error).message }),
      )
      .finally(() => loads.delete(load))
  } else if (command.do === 'mark') loads.get(load)?.mark(command.label)
  else if (command.do === 'count') {
    const counts = loads.get(load)?.counts(command.withLatency ?? false)
    if (counts) print({ load, event: 'counted', counts })
  } else loads.get(load)?.end()
}

function print(event: LoaderEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

createInterface({ input: process.stdin })
  .on('line', (line) => follow(JSON.parse(line)))
  .on('close', () => process.exit(0))
process.stdout.write(`${JSON.stringify({ loader: process.pid })}\n`)
