// Holds the processes of a run, and ends them together.
import { constants } from 'node:os'
import { SwitchyardError } from '../core/errors.ts'
import type { ProcessOptions } from './running-process.ts'
import { RunningProcess } from './running-process.ts'

/** Processes that are ended in the reverse order of their start, since the later ones use the earlier. */
export class ProcessGroup {
  readonly #processes = new Set<RunningProcess>()
  readonly #ending = new AbortController()
  #stopping: Promise<void> | undefined

  /** Aborts when the group begins to be stopped. */
  get ending(): AbortSignal {
    return this.#ending.signal
  }

  /** Starts a process and holds it until it has ended. Throws `process-failed` once the group is being stopped. */
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

  /** Ends all, one after the other. Each call answers when all have ended. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopInReverse()
    return this.#stopping
  }

  /**
   * From now on SIGINT and SIGTERM of our own process stop the group first, and then end us with exit code
   * 128 + its number, as shells have it. A second signal does not wait. Answers with a function that takes this back.
   */
  stopOnSignals(): () => void {
    const stopFirst = (signal: NodeJS.Signals) => {
      takeBack()
      void this.stop().then(() => process.exit(128 + constants.signals[signal]))
    }
    const takeBack = () => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stopFirst)
    }
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stopFirst)
    return takeBack
  }

  async #stopInReverse(): Promise<void> {
    this.#ending.abort()
    for (const running of [...this.#processes].toReversed()) await running.stop()
  }
}
