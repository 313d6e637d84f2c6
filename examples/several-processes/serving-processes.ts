// Processes that serve xDS on one port. The first process has the cache that is changed; each of the others serves a copy of it.

import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import {
  createResources,
  type Resource,
  type SnapshotCache,
  type SnapshotChange,
  type SyncReport,
  startXdsServer,
  type XdsServerOptions,
} from 'switchyard'

const PATIENCE_MS = 10_000
const ENDED = 'a process ended before it served: see its error above'
/** The first message of a process: it listens from now on. */
const LISTENING = { id: 0 }

/** Resources are encoded, validated and hashed once, in the first process, and the others take them as they are. */
interface Change {
  readonly upsert: readonly Resource[]
  readonly remove: readonly { readonly typeUrl: string; readonly name: string }[]
}

type Request = { readonly id: number } & (
  | { readonly kind: 'start'; readonly resources: readonly Resource[] }
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'sync' }
)

/** What a process answers. A process that has ended answers nothing. */
interface Answer {
  readonly id: number
  readonly address?: string
  readonly report?: SyncReport
}

/** The first process: starts the others, sends them each change, and replaces one that ends. */
export class ServingProcesses {
  readonly #cache: SnapshotCache
  readonly #group: string
  readonly #serving = new Set<Worker>()
  #requests = 0

  /** @param cache it has a snapshot of the group, and changes by `update` only */
  constructor(cache: SnapshotCache, group: string) {
    this.#cache = cache
    this.#group = group
    // Resources are bytes, which JSON cannot carry.
    cluster.setupPrimary({ serialization: 'advanced' })
  }

  /** @returns the address that they share */
  async start(count: number): Promise<string> {
    const addresses = await Promise.all(Array.from({ length: count }, () => this.#startOne()))
    return addresses[0] as string
  }

  /** @throws SwitchyardError if the change is invalid; then no process has it */
  async update({ upsert = [], remove = [] }: SnapshotChange): Promise<void> {
    const change: Change = { upsert: createResources(upsert), remove: [...remove] }
    this.#cache.updateSnapshot(this.#group, change)
    await this.#askAll({ kind: 'change', change })
  }

  /** Waits until the nodes of all processes have answered the newest content, ten seconds at most. */
  async synced(): Promise<readonly SyncReport[]> {
    const answers = await this.#askAll({ kind: 'sync' })
    return answers.flatMap((answer) => answer?.report ?? [])
  }

  async #startOne(): Promise<string> {
    const worker = cluster.fork()
    // What is sent before the program there listens would be lost.
    await Promise.race([once(worker, 'message'), once(worker, 'exit')])
    if (!worker.isConnected()) throw new Error(ENDED)
    const types = [...(this.#cache.getSnapshot(this.#group)?.given.values() ?? [])]
    // A change from now on comes after these resources, on the same channel.
    this.#serving.add(worker)
    const resources = types.flatMap(({ list }) => list)
    const answer = await this.#ask(worker, { kind: 'start', resources })
    if (answer?.address === undefined) throw new Error(ENDED)
    worker.once('exit', () => {
      this.#serving.delete(worker)
      void this.#startOne()
    })
    return answer.address
  }

  #askAll(request: WithoutId<Request>): Promise<readonly (Answer | undefined)[]> {
    return Promise.all([...this.#serving].map((worker) => this.#ask(worker, request)))
  }

  /** @returns undefined if the process ends first */
  #ask(worker: Worker, request: WithoutId<Request>): Promise<Answer | undefined> {
    this.#requests += 1
    const id = this.#requests
    return new Promise((resolve) => {
      const finish = (answer?: Answer) => {
        worker.off('message', onMessage)
        worker.off('exit', onExit)
        resolve(answer)
      }
      const onMessage = (answer: Answer) => answer.id === id && finish(answer)
      const onExit = () => finish()
      worker.on('message', onMessage).on('exit', onExit)
      worker.send({ ...request, id })
    })
  }
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

/**
 * Another process: serves what the first one sends. It ends with the first one.
 * @param options with a port: port 0 would be another one if all processes were replaced
 */
export function serveWhatIsSent(options: XdsServerOptions, group: string): void {
  const { cache } = options
  const carryOut = async (request: Request): Promise<Omit<Answer, 'id'>> => {
    if (request.kind === 'sync')
      return { report: await cache.synced(group, { signal: AbortSignal.timeout(PATIENCE_MS) }) }
    if (request.kind === 'change') {
      cache.updateSnapshot(group, request.change)
      return {}
    }
    cache.setSnapshot(group, request.resources)
    return { address: (await startXdsServer({ ...options, reusePort: true })).address }
  }
  process.on('message', async (request: Request) => {
    process.send?.({ id: request.id, ...(await carryOut(request)) })
  })
  process.send?.(LISTENING)
}
