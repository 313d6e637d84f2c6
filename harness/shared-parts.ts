// What several runs of a scenario use, such as a testbed: started once, ended with the scenario.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import type { RunContext } from './scenario.ts'

interface SharedPart {
  readonly group: ProcessGroup
  readonly value: Promise<unknown>
}

export class SharedParts {
  readonly #folder: string
  readonly #parts = new Map<string, SharedPart>()
  #started = 0
  #isStopping = false
  #startSeconds = 0
  /** Starts that are under way, and since when there are any. */
  #starting = 0
  #startingSince = 0

  /** @param folder where each of them gets a folder of its own */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Starts it, unless it runs. One that did not start is started anew by the next run that asks for it. */
  readonly get: RunContext['shared'] = async (key, start) => {
    const part = this.#parts.get(key) ?? this.#start(key, start)
    // The type of a key's value is that of its first start: the runs of a scenario ask for it by one function.
    return (await part.value) as Awaited<ReturnType<typeof start>>
  }

  /** What the starts of all of them have taken; of those at the same time, the time counts once. */
  get startSeconds(): number {
    return this.#startSeconds
  }

  /** Ends all, the last first, because it may use earlier ones. */
  async stop(): Promise<void> {
    this.#isStopping = true
    for (const { group } of [...this.#parts.values()].toReversed()) await group.stop()
  }

  #start(
    key: string,
    start: (context: { group: ProcessGroup; folder: string }) => Promise<unknown>,
  ): SharedPart {
    // A run that was interrupted may still ask.
    if (this.#isStopping)
      throw new SwitchyardError('process-failed', `"${key}" was not started: the scenario ends`)
    // Short, because the paths of Unix sockets have at most 107 bytes.
    this.#started += 1
    const folder = join(this.#folder, `s${this.#started}`)
    const group = new ProcessGroup()
    const begin = async () => {
      if (this.#starting === 0) this.#startingSince = performance.now()
      this.#starting += 1
      try {
        await mkdir(folder)
        return await start({ group, folder })
      } catch (error) {
        await group.stop()
        this.#parts.delete(key)
        throw error
      } finally {
        this.#starting -= 1
        if (this.#starting === 0) this.#startSeconds += (performance.now() - this.#startingSince) / 1000
      }
    }
    const part = { group, value: begin() }
    part.value.catch(() => {})
    this.#parts.set(key, part)
    return part
  }
}
