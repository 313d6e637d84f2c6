// Asks a Prometheus: https://prometheus.io/docs/prometheus/latest/querying/api/

import { setTimeout as wait } from 'node:timers/promises'
import { SwitchyardError } from '../../core/errors.ts'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  /** `NaN` is what a query gives where nothing was measured. */
  readonly value: number
}

export interface Series {
  readonly labels: Labels
  /** Seconds since the epoch, and the value. */
  readonly points: readonly (readonly [at: number, value: number])[]
}

export interface Exemplar {
  /** Of the series, with its name as `__name__`. */
  readonly series: Labels
  /** Of the exemplar, such as `trace_id`. */
  readonly labels: Labels
  readonly value: number
  /** Seconds since the epoch. */
  readonly at: number
}

export interface Target {
  readonly job: string
  readonly instance: string
  readonly health: 'up' | 'down' | 'unknown'
  readonly lastError: string
}

export interface Rule {
  readonly name: string
  readonly state: 'inactive' | 'pending' | 'firing'
  readonly health: 'ok' | 'err' | 'unknown'
  readonly lastError: string
}

/** Looks in a row at which a target is down. */
const PATIENCE = 40

/** A scrape that had no answer within its interval, which is short: the machine is busy. */
const TOO_LATE = /context deadline exceeded/

/** Between two looks at what a scrape changes. */
const POLL_MS = 50

/** Prometheus moves the time of a scrape by up to 2 ms, so that times are evenly spaced and compress well. */
const TIMESTAMP_TOLERANCE_MS = 2

export class PrometheusClient {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** The value of each series now, or at `at` in seconds since the epoch. @throws SwitchyardError `invalid-argument` for a wrong query */
  async query(query: string, at?: number): Promise<readonly Sample[]> {
    const { result } = await this.#get<{ result: RawSample[] }>('query', {
      query,
      ...(at !== undefined && { time: String(at) }),
    })
    return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
  }

  /** @param from in seconds since the epoch @param step in seconds */
  async queryRange(query: string, from: number, to: number, step: number): Promise<readonly Series[]> {
    const range = { start: String(from), end: String(to), step: String(step) }
    const { result } = await this.#get<{ result: RawSeries[] }>('query_range', { query, ...range })
    return result.map(({ metric, values }) => ({
      labels: metric,
      points: values.map(([at, value]) => [at, Number(value)] as const),
    }))
  }

  async exemplars(query: string, from: number, to: number): Promise<readonly Exemplar[]> {
    const found = await this.#get<RawExemplars[]>('query_exemplars', {
      ...{ query, start: String(from), end: String(to) },
    })
    return found.flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(({ labels, value, timestamp }) => ({
        ...{ series: seriesLabels, labels, value: Number(value), at: timestamp },
      })),
    )
  }

  async targets(): Promise<readonly Target[]> {
    const { activeTargets } = await this.#get<{ activeTargets: RawTarget[] }>('targets', { state: 'active' })
    return activeTargets.map(({ labels, health, lastError }) => {
      const { job = '', instance = '' } = labels
      return { job, instance, health, lastError }
    })
  }

  /** All rules of all groups. */
  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.#get<{ groups: { rules: Rule[] }[] }>('rules', {})
    return groups.flatMap(({ rules }) => rules)
  }

  /** Resolves when it knows this many targets: it looks for them in the background. */
  async untilFound(targets: number): Promise<void> {
    while ((await this.targets()).length < targets) await wait(POLL_MS)
  }

  /**
   * Resolves when each target was scraped by a scrape that began after this call: then queries see all that was counted before it.
   * @throws SwitchyardError `process-failed` with each target that cannot be scraped. Some scrapes may fail on a busy machine
   */
  async untilScraped(signal?: AbortSignal): Promise<void> {
    const now = (Date.now() + TIMESTAMP_TOLERANCE_MS) / 1_000
    for (let failed = 0; ; ) {
      const targets = await this.targets()
      const down = targets.filter(({ health, lastError }) => health === 'down' && !TOO_LATE.test(lastError))
      failed = down.length === 0 ? 0 : failed + 1
      if (failed > PATIENCE) {
        const problems = down.map(({ job, instance, lastError }) => ({
          ...{ path: `${job} ${instance}`, message: lastError },
        }))
        throw new SwitchyardError('process-failed', 'Prometheus cannot scrape:', { problems })
      }
      // The targets know of a scrape a little before queries do. A failed scrape has a time too.
      const scraped = await this.query('timestamp(up) and up == 1')
      if (scraped.filter(({ value }) => value >= now).length === targets.length) return
      await wait(POLL_MS, undefined, { signal })
    }
  }

  async #get<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const body = (await answer.json()) as { readonly data: T; readonly error?: string }
    if (body.error === undefined) return body.data
    const where = parameters.query ?? path
    throw new SwitchyardError('invalid-argument', `Prometheus rejects ${where}: ${body.error}`)
  }
}

interface RawSample {
  readonly metric: Labels
  readonly value: readonly [number, string]
}

interface RawSeries {
  readonly metric: Labels
  readonly values: readonly (readonly [number, string])[]
}

interface RawExemplars {
  readonly seriesLabels: Labels
  readonly exemplars: readonly {
    readonly labels: Labels
    readonly value: string
    readonly timestamp: number
  }[]
}

interface RawTarget {
  readonly labels: Labels
  readonly health: Target['health']
  readonly lastError: string
}
