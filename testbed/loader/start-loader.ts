// Starts a load generator as a process, so that its CPU time and memory are its own, and gives it loads.

import { SwitchyardError } from '../../core/errors.ts'
import type { ProcessStarter } from '../../processes/process-group.ts'
import { parseReady, sourceFile } from '../part.ts'
import type { LoadPlan } from './load-plan.ts'
import { loadPlanProblems } from './load-plan-problems.ts'
import type { BackgroundResult, LoadCounts, LoadResult } from './load-result.ts'
import type { LoaderCommand, LoaderEvent } from './loader-protocol.ts'

export interface LoaderOptions {
  readonly name?: string
  /** Such as GRPC_XDS_BOOTSTRAP for targets of xDS. */
  readonly env?: Readonly<Record<string, string>>
}

/** When the window begins and ends: what else is measured over it starts and stops then. */
export interface WindowListener {
  readonly onBegun?: () => void
  readonly onClosed?: () => void
}

export interface BackgroundLoad {
  /** Notes in the result what happens now. */
  mark(label: string): void
  /** What it has counted so far: lets a test or a scenario wait for calls instead of time. */
  counts(options?: { readonly withLatency?: boolean }): Promise<LoadCounts>
  /** Sends no more calls. Resolves when all have ended. */
  end(): Promise<BackgroundResult>
}

/** Errors have the code `invalid-argument` with all problems of a plan, or `process-failed`. */
export interface Loader {
  readonly name: string
  readonly pid: number
  /** Resolves when the calls of the window have ended. */
  run(plan: LoadPlan & { readonly seconds: number }, window?: WindowListener): Promise<LoadResult>
  /** Starts a load without a length; resolves when it has warmed up. */
  begin(plan: Omit<LoadPlan, 'seconds'>): Promise<BackgroundLoad>
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

interface Waiting extends WindowListener {
  /** Counts come in the order in which they were asked for. */
  readonly counted: ((counts: LoadCounts) => void)[]
  readonly resolve: (result: BackgroundResult) => void
  readonly reject: (error: SwitchyardError) => void
}

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startLoader(
  group: ProcessStarter,
  { name = 'loader', env }: LoaderOptions = {},
): Promise<Loader> {
  const waiting = new Map<number, Waiting>()
  const started = group.start({
    name,
    command: process.execPath,
    args: [sourceFile('testbed/loader/main.ts')],
    ...(env && { env }),
    ready: (line) => parseReady<{ readonly loader: number }>(line, 'loader'),
    onLine: (line) => {
      const event = parseReady<LoaderEvent>(line, 'event')
      if (event) tell(waiting, event, name)
    },
  })
  const { loader: pid } = await started.ready
  void started.exited.then(() => {
    const message = [`${name} ended while a load ran`, ...started.lastErrors].join('\n  ')
    for (const { reject } of waiting.values()) reject(new SwitchyardError('process-failed', message))
  })

  let last = 0
  const send = (command: LoaderCommand) => started.send(JSON.stringify(command))
  const start = (plan: LoadPlan, window: WindowListener) => {
    const problems = loadPlanProblems(plan)
    if (problems.length > 0) {
      throw new SwitchyardError('invalid-argument', `invalid load for ${name}:`, { problems })
    }
    last += 1
    const { promise, resolve, reject } = Promise.withResolvers<BackgroundResult>()
    waiting.set(last, { ...window, counted: [], resolve, reject })
    send({ load: last, do: 'begin', plan })
    return { load: last, result: promise }
  }
  return {
    name,
    pid,
    async run(plan, window = {}) {
      const { marks: _, ...result } = await start(plan, window).result
      return result
    },
    async begin(plan) {
      const begun = Promise.withResolvers<void>()
      const { load, result } = start(plan, { onBegun: begun.resolve })
      // A load that fails has no begin.
      await Promise.race([begun.promise, result])
      return {
        mark: (label) => send({ load, do: 'mark', label }),
        counts({ withLatency = false } = {}) {
          const { promise, resolve } = Promise.withResolvers<LoadCounts>()
          waiting.get(load)?.counted.push(resolve)
          send({ load, do: 'count', withLatency })
          // A load that ends has no more counts.
          return Promise.race([promise, result.then(countsOf)])
        },
        end() {
          send({ load, do: 'end' })
          return result
        },
      }
    },
    stop: async () => void (await started.stop()),
  }
}

function tell(waiting: Map<number, Waiting>, event: LoaderEvent, name: string): void {
  const waiter = waiting.get(event.load)
  if (event.event === 'begun') waiter?.onBegun?.()
  else if (event.event === 'closed') waiter?.onClosed?.()
  else if (event.event === 'counted') waiter?.counted.shift()?.(event.counts)
  else {
    waiting.delete(event.load)
    if (event.event === 'ended') waiter?.resolve(event.result)
    else waiter?.reject(new SwitchyardError('process-failed', `${name}: ${event.message}`))
  }
}

function countsOf({ calls, codes, shares }: LoadResult): LoadCounts {
  return { calls, failed: calls - (codes.OK ?? 0), shares }
}
