// What a row runs in: a control plane of its own, real backends, and programs of one gRPC client. All of it ends with the row.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../processes/free-port.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { type Backend, type BackendOptions, startBackend } from '../../services/backend-server.ts'
import type { GrpcClientProcess } from '../../testbed/grpc-client-process.ts'
import { documentOf, FLEET, type Served } from './document.ts'
import type { MatrixClient } from './matrix-client.ts'
import { logOf, type ProgramOptions, startProgram } from './programs.ts'
import { openServed, type PutOptions, type ServedControlPlane } from './served.ts'

export interface WorldOptions {
  /** More calls and longer loads than in `npm test`. */
  readonly isLong: boolean
  /** The row is known to fail with this client, so a short patience is enough. */
  readonly isExpectedToFail: boolean
}

/** How long a client may take for what it does at once on an idle machine: beside other tests, a JVM starts for a minute. */
const PATIENCE_MS = 120_000
const SHORT_PATIENCE_MS = 10_000

/** Lines of each program's log in the cause of a failure. */
const LOG_LINES = 12

export class World {
  readonly client: MatrixClient
  readonly isLong: boolean
  /** How long something may take to become so. */
  readonly patienceMs: number
  /** For temporary files; absolute. */
  readonly folder: string
  /** Processes of the row. */
  readonly group = new ProcessGroup()
  readonly #measured: string[] = []
  readonly #ends: (() => unknown)[] = []
  readonly #nodes: string[] = []
  #control: ServedControlPlane | undefined

  constructor(client: MatrixClient, folder: string, { isLong, isExpectedToFail }: WorldOptions) {
    this.client = client
    this.folder = folder
    this.isLong = isLong
    this.patienceMs = isExpectedToFail ? SHORT_PATIENCE_MS : PATIENCE_MS
  }

  /** Short facts for the page, such as `b1 150, b2 150`. */
  get measurements(): readonly string[] {
    return this.#measured
  }

  measured(fact: string): void {
    this.#measured.push(fact)
  }

  /** Calls `end` when the row has ended; the last one first. */
  teardown(end: () => unknown): void {
    this.#ends.push(end)
  }

  /** Starts echo backends. @returns the endpoints of an upstream, by the ids of their backends */
  async endpoints<Id extends string>(...ids: readonly Id[]) {
    const started = ids.map(async (id) => [id, { address: await this.backend({ id }) }] as const)
    return Object.fromEntries(await Promise.all(started)) as Record<Id, { readonly address: string }>
  }

  /** Starts a backend, by default on a free port of 127.0.0.1. @returns its address */
  async backend(options: Partial<BackendOptions> & { readonly id: string }): Promise<string> {
    const backend = await startBackend({
      listen: { host: '127.0.0.1', port: 0 },
      latencyMs: 0,
      ...options,
    })
    this.teardown(() => backend.close())
    return backend.address
  }

  /** The same, for a row that closes it and starts the next one at its address. */
  async stoppableBackend(id: string, address?: string): Promise<Backend> {
    // Not port 0: while nobody listens there, the kernel could give the port to somebody else.
    const port = address === undefined ? await freePort() : Number(address.split(':').at(-1))
    const backend = await startBackend({ id, listen: { host: '127.0.0.1', port }, latencyMs: 0 })
    this.teardown(() => backend.close())
    return backend
  }

  /** Puts the document in force: it starts the control plane at first, and writes over REST later. */
  async serve(served: Served, options?: PutOptions): Promise<void> {
    const document = documentOf(this.client, served)
    if (this.#control !== undefined) return await this.#control.put(document, options)
    this.#control = await openServed(document)
    this.teardown(() => this.#control?.close())
  }

  /** @throws Error before the first `serve` */
  get control(): ServedControlPlane {
    if (this.#control === undefined) throw new Error('the row has served no document yet')
    return this.#control
  }

  /** Starts a program of the row's client, which dials `xds:///echo` as a node of the fleet. */
  async start(options: ProgramOptions = {}): Promise<GrpcClientProcess> {
    const nodeId = options.nodeId ?? `${this.client}-${this.#nodes.length + 1}`
    this.#nodes.push(nodeId)
    const { group, folder } = this
    const xds = options.xds ?? [this.control.xdsAddress]
    return await startProgram(this.client, options, { group, folder, fleet: FLEET, nodeId, xds })
  }

  /**
   * Repeats `look` until it returns something other than undefined.
   * @param what a clause that says what the row waits for, and `last` what it has seen instead
   */
  async until<T>(
    what: string,
    look: () => Promise<T | undefined>,
    last: () => unknown = () => undefined,
  ): Promise<T> {
    const end = performance.now() + this.patienceMs
    for (;;) {
      const found = await look()
      if (found !== undefined) return found
      if (performance.now() < end) continue
      const seen = last()
      const instead = seen === undefined ? '' : `. Last seen: ${JSON.stringify(seen)}`
      throw new Error(`within ${this.patienceMs / 1000} s it was not so that ${what}${instead}`)
    }
  }

  /** The ends of the programs' logs. */
  async logs(): Promise<string> {
    const texts = await Promise.all(
      this.#nodes.map((nodeId) => readFile(logOf(this.folder, nodeId), 'utf8').catch(() => '')),
    )
    return texts
      .map((text) => text.trimEnd().split('\n').slice(-LOG_LINES).join('\n'))
      .filter((text) => text !== '')
      .map((text) => `\n${text}`)
      .join('')
  }

  async close(): Promise<void> {
    await this.group.stop()
    for (const end of this.#ends.splice(0).toReversed()) await end()
    await rm(this.folder, { recursive: true, force: true })
  }
}

export async function openWorld(client: MatrixClient, options: WorldOptions): Promise<World> {
  return new World(client, await mkdtemp(join(tmpdir(), 'switchyard-matrix-')), options)
}
