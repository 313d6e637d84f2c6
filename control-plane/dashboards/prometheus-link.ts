// The Prometheus that has the values of dashboards: https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries

import { Type } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import { createSchemaCheck } from '../document/schema-check.ts'

/** In seconds since the epoch; both ends are included. */
export interface QueryRange {
  readonly from: number
  readonly to: number
  readonly step: number
}

export interface RangeSeries {
  readonly metric: Readonly<Record<string, string>>
  /** Seconds since the epoch, and the value as Prometheus writes it. */
  readonly values: readonly (readonly [number, string])[]
}

/** Prometheus itself gives up after 2 minutes; a person does so before. */
const TIMEOUT_MS = 10_000

const check = createSchemaCheck(
  Type.Object({
    status: Type.Literal('success'),
    data: Type.Object({
      resultType: Type.Literal('matrix'),
      result: Type.Array(
        Type.Object({
          metric: Type.Record(Type.String(), Type.String()),
          values: Type.Array(Type.Array(Type.Union([Type.Number(), Type.String()]))),
        }),
      ),
    }),
  }),
)

export class PrometheusLink {
  /** Without a slash at the end. */
  readonly #url: string

  /** @throws SwitchyardError `invalid-argument` for anything but a plain `http://` or `https://` URL */
  constructor(url: string) {
    const parsed = URL.parse(url)
    const isPlain =
      parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.href === parsed.origin + parsed.pathname
    if (!isPlain) {
      throw new SwitchyardError(
        'invalid-argument',
        '--prometheus needs the URL of a Prometheus, such as http://127.0.0.1:9090 or https://HOST/PATH, without name, password or query',
      )
    }
    this.#url = parsed.href.replace(/\/+$/, '')
  }

  /** @throws SwitchyardError `unreachable` if Prometheus does not answer, or rejects the query, with its reason */
  async queryRange(query: string, { from, to, step }: QueryRange): Promise<readonly RangeSeries[]> {
    const parameters = new URLSearchParams({
      query,
      start: String(from),
      end: String(to),
      step: String(step),
    })
    const { status, value } = await this.#get(`/api/v1/query_range?${parameters}`)
    const problems = check(value)
    if (problems.length === 0) return (value as { data: { result: RangeSeries[] } }).data.result
    const { error } = (value ?? {}) as { readonly error?: unknown }
    const reason = typeof error === 'string' ? `: ${error}` : ', and no series'
    throw new SwitchyardError('unreachable', `the Prometheus at ${this.#url} answered ${status}${reason}`)
  }

  async #get(path: string): Promise<{ readonly status: number; readonly value: unknown }> {
    let status: number
    let text: string
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const response = await fetch(this.#url + path, { redirect: 'manual', signal })
      status = response.status
      text = await response.text()
    } catch (cause) {
      throw new SwitchyardError(
        'unreachable',
        `no Prometheus answers at ${this.#url}: start it, or correct --prometheus`,
        { cause },
      )
    }
    try {
      return { status, value: JSON.parse(text) }
    } catch {
      return { status, value: undefined }
    }
  }
}
