// The backends of changes: unlike those of the other runs, they end, start again, get slow and fail.

import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import type { PartProcess } from '../../../../testbed/parts.ts'
import type { WayBackend } from '../ways/way.ts'

type Process = WayBackend & PartProcess

const WELL = { latencyMs: 0, failPercent: 0 }

interface Place extends SharedContext {
  readonly port: number
  readonly maxConnectionAgeMs?: number
}

export class ChangingBackends {
  readonly #place: Place
  readonly #processes = new Map<string, Process>()

  constructor(place: Place) {
    this.#place = place
  }

  /** Starts b1, b2, … as far as they do not run, and ends whatever others have made of them. */
  async ready(count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, index) => `b${index + 1}`)
    await Promise.all(ids.map((id) => (this.#processes.has(id) ? undefined : this.start(id))))
    for (const id of ids) await this.get(id).behave(WELL)
  }

  get(id: string): WayBackend {
    const process = this.#processes.get(id)
    if (process === undefined) throw new Error(`backend ${id} does not run`)
    return process
  }

  /** On the address that it had before. All have one port, because the records of a DNS name have none. */
  async start(id: string): Promise<void> {
    const { group, folder, port, maxConnectionAgeMs } = this.#place
    const listen = `127.9.1.${id.slice(1)}:${port}`
    const age = maxConnectionAgeMs === undefined ? {} : { maxConnectionAgeMs }
    this.#processes.set(id, await startBackend(group, folder, { id, listen, changeable: true, ...age }))
  }

  /** Lets its calls end, as a deployment does. */
  async stop(id: string): Promise<void> {
    await this.#take(id)?.stop()
  }

  /** As a crash does. */
  async kill(id: string): Promise<void> {
    const taken = this.#take(id)
    if (taken?.pid !== undefined) process.kill(taken.pid, 'SIGKILL')
    await taken?.exited
  }

  #take(id: string): Process | undefined {
    const taken = this.#processes.get(id)
    this.#processes.delete(id)
    return taken
  }
}

/** Those of all changes with this age, well again. */
export async function takeChangingBackends(
  context: RunContext,
  { count, maxConnectionAgeMs }: { readonly count: number; readonly maxConnectionAgeMs?: number | undefined },
): Promise<ChangingBackends> {
  const port = await context.shared(`changing-port-${maxConnectionAgeMs}`, freePort)
  const age = maxConnectionAgeMs === undefined ? {} : { maxConnectionAgeMs }
  const backends = await context.shared(
    `changing-backends-${maxConnectionAgeMs}`,
    async (place) => new ChangingBackends({ ...place, port, ...age }),
  )
  await backends.ready(count)
  return backends
}
