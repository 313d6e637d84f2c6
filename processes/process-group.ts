// Tracks the processes of a run, and ends them together.
import { constants } from 'node:os'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessOptions } from './running-process.ts'
import { RunningProcess } from './running-process.ts'

/** Starts processes that something else ends. */
export type ProcessStarter = Pick<ProcessGroup, 'start'>

/** Ends processes in the reverse order of their start, because later ones use earlier ones. */
export class ProcessGroup {
  readonly #processes = new Set<RunningProcess>()
  readonly #ending = new AbortController()
  #stopping: Promise<void> | undefined

  /** Aborts when the group starts to stop. */
  get ending(): AbortSignal {
    return this.#ending.signal
  }

  /** Starts a process and tracks it until it has ended. @throws SwitchyardError `process-failed` once the group is stopping */
  start<T>(options: ProcessOptions<T>): RunningProcess<T> {
    if (this.#stopping) {
      throw new SwitchyardError(
        'process-failed',
        `${options.name} was not started, because its process group is stopping`,
      )
    }
    const started = new RunningProcess(options)
    this.#processes.add(started)
    void started.exited.then(() => this.#processes.delete(started))
    return started
  }

  /** Ends all processes, one after the other. Every call resolves when all have ended. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopInReverse()
    return this.#stopping
  }

  /**
   * From now on, SIGINT and SIGTERM stop the group first, and then exit with 128 plus the signal's number, as in shells.
   * A second signal ends the process at once. @returns a function that removes the handlers
   */
  stopOnSignals(): () => void {
    const stopFirst = (signal: NodeJS.Signals) => {
      removeHandlers()
      void this.stop().then(() => process.exit(128 + constants.signals[signal]))
    }
    const removeHandlers = () => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stopFirst)
    }
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stopFirst)
    return removeHandlers
  }

  async #stopInReverse(): Promise<void> {
    this.#ending.abort()
    for (const running of [...this.#processes].toReversed()) await running.stop()
  }
}
