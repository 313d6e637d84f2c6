// The parts of a running testbed: which process each one is, and which of them are being restarted.

import { type Keepable, keepRunning, type Restart } from '../processes/keep-running.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import type { Exit } from '../processes/running-process.ts'
import type { Notices } from './notices.ts'

/** `id` is what `yard kill` takes, such as `b1`; `title` is for messages, such as `backend b1`. */
export interface PartName {
  readonly id: string
  readonly title: string
}

export interface PartState extends PartName {
  /** Of the current process, or of the last one. */
  readonly pid?: number
  readonly state: 'running' | 'restarting'
  /** How often it was restarted. */
  readonly restarts: number
  /** How it ended last: a signal, an exit code, or why it did not start. */
  readonly lastEnd?: string
}

/** Called with the title of a part. */
export type OnRestart = (title: string, restart: Restart) => void

type Entry = Pick<PartState, 'state' | 'restarts' | 'lastEnd'> & {
  readonly name: PartName
  readonly pid: () => number | undefined
}

export class Parts {
  readonly #entries = new Map<string, Entry>()
  readonly #onRestart: OnRestart
  readonly #listeners: (() => void)[] = []

  constructor(onRestart: OnRestart = () => {}) {
    this.#onRestart = onRestart
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Adds a part that runs. */
  add(name: PartName, pid: () => number | undefined): void {
    this.#entries.set(name.title, { name, pid, state: 'running', restarts: 0 })
  }

  /** Notes what `keepRunning` reports about a part. */
  note(title: string, restart: Restart): void {
    const entry = this.#entries.get(title)
    if (entry !== undefined) this.#entries.set(title, { ...entry, ...afterRestart(entry, restart) })
    this.#onRestart(title, restart)
    for (const listener of this.#listeners) listener()
  }

  states(): readonly PartState[] {
    return [...this.#entries.values()].map(({ name, pid, state, restarts, lastEnd }) => {
      const current = pid()
      return {
        ...name,
        ...(current === undefined ? {} : { pid: current }),
        state,
        restarts,
        ...(lastEnd === undefined ? {} : { lastEnd }),
      }
    })
  }
}

function afterRestart({ restarts }: Entry, restart: Restart): Partial<Entry> {
  switch (restart.kind) {
    case 'ended':
      return { state: 'restarting', lastEnd: describeExit(restart.exit) }
    case 'failed':
      return { state: 'restarting', lastEnd: restart.error.message }
    case 'started':
      return { state: 'running', restarts: restarts + 1 }
  }
}

export function describeExit({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`
}

/** A line about a part for people. */
export function describeRestart(title: string, restart: Restart): string {
  switch (restart.kind) {
    case 'ended':
      return `${title} ended (${describeExit(restart.exit)}); it restarts in ${restart.pauseMs / 1000} s`
    case 'failed':
      return `${title} did not start; the next try is in ${restart.pauseMs / 1000} s: ${restart.error.message}`
    case 'started':
      return `${title} is running again`
  }
}

/** What every part of a testbed is started with. */
export interface PartContext {
  /** The process group that ends the part and its restarts. */
  readonly group: ProcessGroup
  /** Folder for logs. */
  readonly folder: string
  readonly parts: Parts
  readonly notices: Notices
}

/** One process of a part. */
export interface PartProcess extends Keepable {
  readonly pid: number | undefined
}

/**
 * Starts a part, and restarts it whenever it ends. `start` gets the process before, whose addresses it takes again.
 * @returns the first process. Rejects if it does not start.
 */
export async function keepPart<T extends PartProcess>(
  { group, parts }: Pick<PartContext, 'group' | 'parts'>,
  name: PartName,
  start: (before?: T) => Promise<T>,
): Promise<{ readonly current: T }> {
  let before: T | undefined
  const next = async () => {
    before = await start(before)
    return before
  }
  const kept = await keepRunning(next, {
    signal: group.ending,
    onRestart: (restart) => parts.note(name.title, restart),
  })
  parts.add(name, () => kept.current.pid)
  return kept
}
