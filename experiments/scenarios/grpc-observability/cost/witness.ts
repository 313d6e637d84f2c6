// Evidence that what is compared was on: lines in logs, spans at the collector, counters.

import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { CostBed } from './cost-bed.ts'
import { MODES, type Mode, type ModeId } from './modes.ts'

export const callsFigure = (mode: ModeId) => `calls of ${mode}`
/** Calls that its Envoy took, with those of warm-ups, which are observed too. */
export const madeFigure = (mode: ModeId) => `all calls of ${mode}`
/** Of all calls. */
export const linesFigure = (mode: ModeId) => `lines of ${mode}`
export const bytesFigure = (mode: ModeId) => `log of ${mode} (bytes/call)`
export const tracesFigure = (mode: ModeId) => `traces of ${mode}`
export const COUNTED_FIGURE = 'calls that the service counted'

const TRACING: readonly ModeId[] = ['traces-1', 'traces-100']
const LOGGING: readonly ModeId[] = ['access-log', 'call-log', 'payload-log']
const LINES_PER_CALL: Readonly<Partial<Record<ModeId, number>>> = { 'payload-log': 3 }
const POLL_MS = 50
/** Spans may be dropped: then the check says so. */
const POLLS = 400

export class Witness {
  readonly #bed: CostBed
  readonly #calls = new Map<ModeId, number>()
  readonly #traces = new Map<ModeId, Set<string>>()

  constructor(bed: CostBed) {
    this.#bed = bed
  }

  /** After each turn. */
  note({ id }: Mode, calls: number): void {
    this.#calls.set(id, (this.#calls.get(id) ?? 0) + calls)
    this.#takeSpans()
  }

  /** Spans come late, so their Envoy says which mode they are of. */
  #takeSpans(): void {
    const { collector } = this.#bed
    for (const { service, traceId } of collector.spans) {
      const mode = TRACING.find((id) => id === service)
      if (mode === undefined) continue
      const traces = this.#traces.get(mode) ?? new Set()
      this.#traces.set(mode, traces.add(traceId))
    }
    collector.clear()
  }

  async figures(signal: AbortSignal): Promise<Record<string, number>> {
    const figures: Record<string, number> = {}
    for (const [id, calls] of this.#calls) figures[callsFigure(id)] = calls
    for (const mode of MODES.filter(({ id }) => LOGGING.includes(id))) {
      const calls = this.#calls.get(mode.id) ?? 0
      const text = await this.#logWith(mode, calls * (LINES_PER_CALL[mode.id] ?? 1), signal)
      const lines = text.split('\n').length - 1
      figures[linesFigure(mode.id)] = lines
      figures[bytesFigure(mode.id)] = (Buffer.byteLength(text) / lines) * (LINES_PER_CALL[mode.id] ?? 1)
    }
    const all = this.#calls.get('traces-100') ?? 0
    for (let poll = 0; poll < POLLS && (this.#traces.get('traces-100')?.size ?? 0) < all; poll += 1) {
      await wait(POLL_MS, undefined, { signal })
      this.#takeSpans()
    }
    for (const mode of MODES.filter(({ id }) => TRACING.includes(id))) {
      figures[tracesFigure(mode.id)] = this.#traces.get(mode.id)?.size ?? 0
      const name = `cluster.${mode.id}.upstream_rq_total`
      figures[madeFigure(mode.id)] = (await this.#bed.nodeOf(mode).envoy.admin.stats(name)).get(name) ?? 0
    }
    figures[COUNTED_FIGURE] = await this.#counted()
    return figures
  }

  /** By the counters of the service. */
  async #counted(): Promise<number> {
    const metered = MODES.find(({ id }) => id === 'metrics')
    if (metered === undefined) return 0
    const text = await (await fetch(`http://${this.#bed.backendOf(metered).metrics}/metrics`)).text()
    const counters = text.matchAll(/^grpc_server_handled_total\{.*\} (\d+)/gm)
    return [...counters].reduce((sum, [, count]) => sum + Number(count), 0)
  }

  /** Logs are written late. */
  async #logWith(mode: Mode, lines: number, signal: AbortSignal): Promise<string> {
    for (;;) {
      const text = await readFile(this.#bed.logOf(mode) ?? '', 'utf8')
      if (text.split('\n').length > lines) return text
      await wait(POLL_MS, undefined, { signal })
    }
  }
}
