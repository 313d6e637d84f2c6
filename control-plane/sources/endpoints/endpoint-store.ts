// The sources of a configuration's endpoints: followed while it is served, and put together to what is served.

import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Problem, SwitchyardError } from '../../../core/errors.ts'
import { ownValue } from '../../../core/plain-map.ts'
import type { Config } from '../../document/model.ts'
import { formatSteps } from '../../document/problem.ts'
import { type SourceKind, sourceKindOf } from '../../switches/endpoints-from.ts'
import { createFolderReader } from '../files/folder-reader.ts'
import { type Clock, MONOTONIC } from './clock.ts'
import type { EndpointSource } from './endpoint-source.ts'
import { KeptEndpoints } from './kept-endpoints.ts'
import type { KubernetesAccess } from './kubernetes-source.ts'
import { type Endpoints, mergeEndpoints, NO_SOURCED, type SourcedEndpoints } from './merge-endpoints.ts'
import { Registrations } from './registrations.ts'
import { type SourceContext, startSource } from './start-source.ts'

export interface EndpointStoreOptions extends KubernetesAccess {
  /** The folder of the files that documents name. Default: the working directory. */
  readonly folder?: string
  /** Paths of the control plane's own files, which are never read. Default: none. */
  readonly ownFiles?: readonly string[]
  /** Between two looks at a file, in milliseconds. Default: 200. */
  readonly fileIntervalMs?: number
  /** Keeps what was served last over a restart. Default: memory only. */
  readonly stateFile?: string
  readonly clock?: Clock
  /** How long a configuration waits for the first answers of its sources, in milliseconds. Default: 2,000. */
  readonly patienceMs?: number
  readonly onFault?: (error: unknown) => void
}

/** What the sources of a configuration gave at some moment. */
export interface ReadEndpoints {
  readonly config: Config
  readonly sourced: SourcedEndpoints
  /** How many changes of sources it has. */
  readonly asOf: number
}

/** What a source has changed, as it was served. */
export interface EndpointChange {
  readonly upstream: string
  readonly source: SourceKind
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  readonly status: SourceStatus
}

/** One source, by the name of its upstream. */
export interface SourceStatus {
  readonly source: SourceKind
  /** Whether it has answered since the control plane started. Until then the endpoints from before are served. */
  readonly answered: boolean
  /** How many of its endpoints are served. */
  readonly endpoints: number
  /** How often it has changed what is served, since the start. */
  readonly changes: number
  /** When it did last. */
  readonly changedAt?: string
  /** Leases that ended since the start. */
  readonly leasesEnded?: number
  readonly problems: readonly Problem[]
}

interface Running {
  readonly upstream: string
  readonly source: EndpointSource
}

/** Many changes in this time are one push. */
const DEBOUNCE_MS = 20
const PATIENCE_MS = 2_000
const FILE_INTERVAL_MS = 200

export class EndpointStore {
  readonly registrations: Registrations
  readonly #kept: KeptEndpoints
  readonly #clock: Clock
  readonly #context: SourceContext
  readonly #patienceMs: number
  #keptSourced: Readonly<Record<string, Endpoints>> = {}
  /** By upstream and settings: a source whose settings change is another one. */
  readonly #running = new Map<string, Running>()
  /** The keys of the sources that may be served. */
  #wanted: ReadonlySet<string> = new Set()
  #served: ReadEndpoints | undefined
  readonly #counts = new Map<string, { readonly changes: number; readonly changedAt: string }>()
  #changes = 0
  #isDue = false
  #hasFailed = false
  #isClosed = false
  #onChange: () => void = () => {}
  readonly #listeners = new Set<(change: EndpointChange) => void>()
  #waiting: { readonly asOf: number; readonly end: PromiseWithResolvers<void> }[] = []

  static async open(options: EndpointStoreOptions = {}): Promise<EndpointStore> {
    const store = new EndpointStore(options)
    const { registrations, sourced } = await store.#kept.load()
    store.#keptSourced = sourced
    store.registrations.restore(registrations)
    return store
  }

  private constructor(options: EndpointStoreOptions) {
    const {
      stateFile,
      folder = '.',
      ownFiles = [],
      fileIntervalMs = FILE_INTERVAL_MS,
      clock = MONOTONIC,
      patienceMs = PATIENCE_MS,
      onFault = () => {},
      ...access
    } = options
    this.#clock = clock
    this.#patienceMs = patienceMs
    this.#kept = new KeptEndpoints(stateFile, onFault)
    this.registrations = new Registrations(() => this.#note(), clock)
    this.#context = {
      clock,
      registrations: this.registrations,
      onChange: () => this.#note(),
      onProblems: (upstream, problems) => {
        if (problems.length > 0) onFault(sourceFault(upstream, problems))
        this.#reportProblems(upstream)
      },
      readFile: createFolderReader(folder, { title: 'the folder of files', ownFiles }),
      pathOf: (file) => join(folder, file),
      fileIntervalMs,
      ...access,
    }
  }

  /** Calls `listener` soon after sources have changed: once for many changes. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** Calls `listener` for each change that is served, until the returned function is called. */
  onServed(listener: (change: EndpointChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The endpoints of each source of a configuration. It starts sources that are new, and gives them some time to answer. */
  async read(config: Config): Promise<ReadEndpoints> {
    const wanted = wantedOf(config)
    // Those of a configuration that was read before and rejected since.
    this.#closeAllBut(new Set([...this.#wanted, ...wanted.keys()]))
    const sources = [...wanted].map(([key, one]) => {
      const running = this.#running.get(key) ?? {
        upstream: one.upstream,
        source: startSource(one.upstream, one.settings, this.#context),
      }
      this.#running.set(key, running)
      return running
    })
    await this.#waitFor(sources)
    const asOf = this.#changes
    const found = new Map(
      sources.map(({ upstream, source }) => {
        const { endpoints, answered } = source.read()
        return [upstream, answered ? endpoints : this.#before(upstream)] as const
      }),
    )
    const { sourced: before = NO_SOURCED } = this.#served ?? {}
    return { config, asOf, sourced: isSameMap(before, found) ? before : found }
  }

  /** From now on these are served. @param others further configurations that may be served again */
  use(read: ReadEndpoints, ...others: readonly Config[]): void {
    const before = this.#served
    this.#served = read
    this.#wanted = new Set([read.config, ...others].flatMap((config) => [...wantedOf(config).keys()]))
    this.#closeAllBut(this.#wanted)
    if (before?.sourced !== read.sourced || before.config !== read.config) this.#report(before, read)
    const settled = this.#waiting.filter(({ asOf }) => asOf <= read.asOf)
    this.#waiting = this.#waiting.filter(({ asOf }) => asOf > read.asOf)
    for (const { end } of settled) end.resolve()
  }

  /** Resolves when all that has changed until now is served. */
  served(): Promise<void> {
    if (this.#changes <= (this.#served?.asOf ?? 0)) return Promise.resolve()
    if (this.#hasFailed) this.#schedule()
    const end = Promise.withResolvers<void>()
    this.#waiting.push({ asOf: this.#changes, end })
    return end.promise
  }

  /** What changed could not be served; the next change, or the next call that waits for it, tries again. */
  failed(error: unknown): void {
    this.#hasFailed = true
    for (const { end } of this.#waiting.splice(0)) end.reject(error)
  }

  /** What the sources of the configuration give that is served. */
  get sourced(): SourcedEndpoints {
    return this.#served?.sourced ?? NO_SOURCED
  }

  /** By the names of upstreams. */
  status(): Readonly<Record<string, SourceStatus>> {
    const { config } = this.#served ?? {}
    const all = config === undefined ? [] : [...wantedOf(config)]
    return Object.fromEntries(all.map(([key, { upstream }]) => [upstream, this.#statusOf(key, upstream)]))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.registrations.close()
    for (const { source } of this.#running.values()) source.close()
    for (const { end } of this.#waiting.splice(0)) end.resolve()
    await this.#kept.close()
  }

  #closeAllBut(wanted: ReadonlySet<string>): void {
    for (const [key, { source }] of this.#running) {
      if (wanted.has(key)) continue
      source.close()
      this.#running.delete(key)
    }
  }

  #statusOf(key: string, upstream: string): SourceStatus {
    const entry = ownValue(this.#served?.config.upstreams ?? {}, upstream)
    const reading = this.#running.get(key)?.source.read()
    const source = sourceKindOf(entry?.endpointsFrom ?? {})
    const merged = entry && mergeEndpoints(entry, this.sourced.get(upstream) ?? {})
    const at = ['upstreams', upstream, 'endpointsFrom']
    const shadowed = (merged?.shadowed ?? []).map(({ id, by, what }) => ({
      path: formatSteps(at),
      message: `${id} is not served, because ${by} has its ${what}: remove one of the two`,
    }))
    return {
      source,
      answered: reading?.answered ?? false,
      endpoints: merged?.served.size ?? 0,
      changes: 0,
      ...this.#counts.get(upstream),
      ...(source === 'registration' && { leasesEnded: this.registrations.endedOf(upstream) }),
      problems: [...(reading?.problems ?? []), ...shadowed],
    }
  }

  #note(): void {
    this.#changes += 1
    this.#kept.save(() => this.#toKept())
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isDue || this.#isClosed) return
    this.#isDue = true
    this.#hasFailed = false
    this.#clock.after(DEBOUNCE_MS, () => {
      this.#isDue = false
      if (!this.#isClosed) this.#onChange()
    })
  }

  #toKept() {
    const registered = new Set(Object.keys(this.registrations.toJson()))
    // What is known of an earlier process is kept until this one serves.
    const given = this.#served?.sourced ?? Object.entries(this.#keptSourced)
    const sourced = [...given].filter(([upstream]) => !registered.has(upstream))
    return { registrations: this.registrations.toJson(), sourced: Object.fromEntries(sourced) }
  }

  /** What was served of an upstream before its source has answered: by another source, by the document, or by an earlier process. */
  #before(upstream: string): Endpoints {
    const { config, sourced } = this.#served ?? {}
    const entry = config && ownValue(config.upstreams, upstream)
    if (entry === undefined) return ownValue(this.#keptSourced, upstream) ?? {}
    return sourced?.get(upstream) ?? entry.endpoints ?? {}
  }

  async #waitFor(sources: readonly Running[]): Promise<void> {
    if (sources.every(({ source }) => source.read().answered)) return
    const late = Promise.withResolvers<void>()
    const stop = this.#clock.after(this.#patienceMs, late.resolve)
    await Promise.race([Promise.all(sources.map(({ source }) => source.settled)), late.promise])
    stop()
  }

  /** An event of its own: nothing that is served has changed. */
  #reportProblems(upstream: string): void {
    const config = this.#served?.config
    for (const [key, one] of config === undefined ? [] : wantedOf(config)) {
      if (one.upstream !== upstream) continue
      const status = this.#statusOf(key, upstream)
      const change = { upstream, source: status.source, added: [], removed: [], changed: [], status }
      for (const listener of this.#listeners) listener(change)
    }
  }

  #report(before: ReadEndpoints | undefined, { config, sourced }: ReadEndpoints): void {
    this.#kept.save(() => this.#toKept())
    for (const [key, { upstream }] of wantedOf(config)) {
      const difference = compare(before?.sourced.get(upstream) ?? {}, sourced.get(upstream) ?? {})
      if (difference === undefined) continue
      const { changes = 0 } = this.#counts.get(upstream) ?? {}
      this.#counts.set(upstream, { changes: changes + 1, changedAt: new Date().toISOString() })
      const status = this.#statusOf(key, upstream)
      for (const listener of this.#listeners)
        listener({ upstream, ...difference, source: status.source, status })
    }
  }
}

function sourceFault(upstream: string, problems: readonly Problem[]): SwitchyardError {
  const message = `the endpoints of upstream "${upstream}" cannot be renewed; those from before stay in force`
  return new SwitchyardError('invalid-config', message, { problems })
}

type Settings = NonNullable<Config['upstreams'][string]['endpointsFrom']>

/** The sources of a configuration, by upstream and settings. */
function wantedOf({
  upstreams,
}: Config): ReadonlyMap<string, { readonly upstream: string; readonly settings: Settings }> {
  return new Map(
    Object.entries(upstreams).flatMap(([upstream, { endpointsFrom: settings }]) =>
      settings === undefined ? [] : [[JSON.stringify([upstream, settings]), { upstream, settings }] as const],
    ),
  )
}

function isSameMap(one: SourcedEndpoints, other: SourcedEndpoints): boolean {
  return one.size === other.size && [...one].every(([name, endpoints]) => other.get(name) === endpoints)
}

/** Undefined if nothing differs. */
function compare(before: Endpoints, after: Endpoints) {
  if (before === after) return undefined
  const added = Object.keys(after).filter((id) => !Object.hasOwn(before, id))
  const removed = Object.keys(before).filter((id) => !Object.hasOwn(after, id))
  const changed = Object.keys(after).filter(
    (id) => Object.hasOwn(before, id) && !isDeepStrictEqual(before[id], after[id]),
  )
  return added.length + removed.length + changed.length === 0 ? undefined : { added, removed, changed }
}
