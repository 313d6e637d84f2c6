// What was served from sources last, in a file of the state folder: after a restart it is served until a source has answered.

import { readFile } from 'node:fs/promises'
import { SwitchyardError } from '../../../core/errors.ts'
import { isMap } from '../../../core/plain-map.ts'
import { replaceFile } from '../../../core/replace-file.ts'
import { checkEndpoints } from '../../document/check-endpoints.ts'
import type { Endpoints } from './merge-endpoints.ts'
import type { Registration, RegistrationsByUpstream } from './registrations.ts'

export interface Kept {
  readonly registrations: RegistrationsByUpstream
  /** Of all other sources, by the names of upstreams. */
  readonly sourced: Readonly<Record<string, Endpoints>>
}

const NOTHING: Kept = { registrations: {}, sourced: {} }

/** Undefined paths keep nothing. */
export class KeptEndpoints {
  readonly #file: string | undefined
  readonly #onFault: (error: unknown) => void
  #next: (() => Kept) | undefined
  #writing: Promise<void> | undefined

  constructor(file: string | undefined, onFault: (error: unknown) => void) {
    this.#file = file
    this.#onFault = onFault
  }

  /** What an earlier process has kept. A file that is damaged is reported and counts as empty: sources answer again. */
  async load(): Promise<Kept> {
    if (this.#file === undefined) return NOTHING
    try {
      return readKept(JSON.parse(await readFile(this.#file, 'utf8')))
    } catch (error) {
      if (isMap(error) && error.code === 'ENOENT') return NOTHING
      const reason = error instanceof Error ? error.message : String(error)
      const message = `${this.#file} cannot be read, so endpoints are unknown until they are registered or read again: ${reason}`
      this.#onFault(new SwitchyardError('state-damaged', message, { cause: error }))
      return NOTHING
    }
  }

  /** Writes soon, and once for many calls. The file is always whole. @param read gives what to write then */
  save(read: () => Kept): void {
    if (this.#file === undefined) return
    this.#next = read
    this.#writing ??= this.#writeAll(this.#file).catch(this.#onFault)
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    await this.#writing
  }

  async #writeAll(file: string): Promise<void> {
    try {
      // What comes in the same turn of the event loop is one write.
      await new Promise(setImmediate)
      while (this.#next !== undefined) {
        const read = this.#next
        this.#next = undefined
        await replaceFile(file, JSON.stringify(read()))
      }
    } finally {
      this.#writing = undefined
    }
  }
}

/** @throws SwitchyardError `state-damaged` */
function readKept(value: unknown): Kept {
  const { registrations, sourced } = (isMap(value) ? value : {}) as Partial<Kept>
  const leases = valuesOf(registrations).flatMap(Object.entries) as [string, Registration][]
  const [problem] = [
    ...leases.flatMap(([id, { endpoint }]) => checkEndpoints({ [id]: endpoint })),
    ...valuesOf(sourced).flatMap(checkEndpoints),
  ]
  const hasLeases = leases.every(([, { leaseMs }]) => Number.isSafeInteger(leaseMs) && leaseMs > 0)
  if (problem === undefined && hasLeases && isMap(registrations) && isMap(sourced)) {
    return { registrations, sourced } as Kept
  }
  throw new SwitchyardError('state-damaged', problem?.message ?? 'it is not what this version writes')
}

function valuesOf(value: unknown): readonly object[] {
  return isMap(value) ? Object.values(value).filter(isMap) : []
}
