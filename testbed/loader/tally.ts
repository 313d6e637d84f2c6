// Counts what happens within a window, and records the latencies of the calls that were due within it.

import { status } from '@grpc/grpc-js'
import { encodeHistogram, type Histogram, newHistogram, record } from '../measure/histogram.ts'
import type { LoadCounts, LoadHistograms, LoadResult } from './load-result.ts'
import type { CallWatcher, OneCall } from './one-call.ts'
import { isStream, type WeightedCall } from './prepared-call.ts'
import { Series } from './series.ts'

/** How long a window goes on for what it lacks. */
const PATIENCE_MS = 30_000

/** Different texts of errors that are kept. */
const MOST_ERRORS = 100

type Counts = Omit<LoadResult, 'figures' | 'notes'>

export class Tally implements Omit<CallWatcher, 'ended'> {
  #fromMs = Number.POSITIVE_INFINITY
  #toMs = Number.POSITIVE_INFINITY
  readonly #hasStreams: boolean
  readonly #series: Series
  readonly #histograms = new Map<string, Histogram>()
  /** How late calls were sent that had nothing to wait for. */
  readonly lateness = newHistogram()
  readonly #codes = new Map<string, number>()
  readonly #errors = new Map<string, number>()
  readonly #shares = new Map<string, number>()
  readonly #messageShares = new Map<string, number>()
  #isTimed = false
  #onCounted = () => {}
  #calls = 0
  #messages = 0
  #bytes = 0

  constructor(calls: readonly WeightedCall[], seriesMs: number) {
    this.#hasStreams = calls.some(({ call: { kind } }) => isStream(kind))
    this.#series = new Series(seriesMs)
    for (const name of ['call', 'service']) this.#histogram(name)
  }

  /** Times of `performance.now()`: from this one on, before that one. */
  openWindow(fromMs: number, toMs: number): void {
    this.#fromMs = fromMs
    this.#toMs = toMs
  }

  /**
   * Keeps the window open until it says something, which on a busy machine may be later than its end: a call has ended that was due
   * within it, and calls of that many servers have succeeded, or 30 s are over. Call it at the end of the window.
   */
  async untilEnough(servers: number): Promise<void> {
    const isEnough = () => this.#isTimed && this.#shares.size >= servers
    if (isEnough()) return
    this.#toMs = Number.POSITIVE_INFINITY
    const enough = Promise.withResolvers<void>()
    this.#onCounted = () => {
      if (isEnough()) enough.resolve()
    }
    const patience = setTimeout(enough.resolve, PATIENCE_MS)
    await enough.promise
    clearTimeout(patience)
  }

  /** Ends a window that has no end yet. @returns its end */
  closeWindow(toMs: number): number {
    this.#toMs = Math.min(this.#toMs, toMs)
    return this.#toMs
  }

  late(dueMs: number, lateMs: number): void {
    if (this.#isWithin(dueMs)) record(this.lateness, lateMs)
  }

  sent(bytes: number, nowMs: number): void {
    if (!this.#isWithin(nowMs)) return
    this.#messages += 1
    this.#bytes += bytes
  }

  received(backend: string, bytes: number, nowMs: number, gapMs: number | undefined): void {
    if (!this.#isWithin(nowMs)) return
    this.#messages += 1
    this.#bytes += bytes
    increase(this.#messageShares, backend)
    if (gapMs !== undefined) record(this.#histogram('gap'), gapMs)
    if (this.#hasStreams) this.#series.add(backend, 'messages', nowMs - this.#fromMs)
  }

  ended(call: OneCall, code: status, details: string, nowMs: number): void {
    const [wasDue, hasEnded] = [this.#isWithin(call.dueMs), this.#isWithin(nowMs)]
    if (wasDue) this.#time(call, code, nowMs)
    if (hasEnded) this.#count(call, code, details, nowMs - this.#fromMs)
    this.#isTimed ||= wasDue && hasEnded
    this.#onCounted()
  }

  /** A call that was due within the window and is not sent any more. It took at least this long. */
  neverSent(dueMs: number, nowMs: number): void {
    if (this.#isWithin(dueMs)) record(this.#histogram('call'), nowMs - dueMs)
  }

  /** So far. */
  counts(withLatency: boolean): LoadCounts {
    const shares = Object.fromEntries(this.#shares)
    return {
      calls: this.#calls,
      failed: this.#calls - (this.#codes.get('OK') ?? 0),
      shares,
      ...(withLatency && { service: encodeHistogram(this.#histogram('service')) }),
    }
  }

  result(): Counts {
    const windowMs = this.#toMs - this.#fromMs
    const histograms = Object.fromEntries(
      [...this.#histograms].map(([name, histogram]) => [name, encodeHistogram(histogram)]),
    )
    return {
      // Without what subtraction of large times leaves behind.
      seconds: Math.round(windowMs * 1_000) / 1e6,
      calls: this.#calls,
      messages: this.#messages,
      bytes: this.#bytes,
      codes: Object.fromEntries(this.#codes),
      errors: Object.fromEntries(this.#errors),
      shares: Object.fromEntries(this.#shares),
      messageShares: Object.fromEntries(this.#messageShares),
      histograms: histograms as unknown as LoadHistograms,
      series: this.#series.points(windowMs),
    }
  }

  #isWithin(atMs: number): boolean {
    return atMs >= this.#fromMs && atMs < this.#toMs
  }

  #time({ prepared: { name }, dueMs, sentMs }: OneCall, code: status, nowMs: number): void {
    if (code !== status.OK) record(this.#histogram('failed'), nowMs - sentMs)
    // A call that was refused at once must not make the others look faster. One that timed out was slow.
    if (code !== status.OK && code !== status.DEADLINE_EXCEEDED) return
    record(this.#histogram('call'), nowMs - dueMs)
    record(this.#histogram('service'), nowMs - sentMs)
    if (name === undefined) return
    record(this.#histogram(`call ${name}`), nowMs - dueMs)
    record(this.#histogram(`service ${name}`), nowMs - sentMs)
  }

  #count({ backend }: OneCall, code: status, details: string, atMs: number): void {
    this.#calls += 1
    this.#series.add('calls', 'calls', atMs)
    increase(this.#codes, status[code] ?? String(code))
    if (code === status.OK) {
      increase(this.#shares, backend)
      if (!this.#hasStreams) this.#series.add(backend, 'calls', atMs)
      return
    }
    this.#series.add('failed', 'calls', atMs)
    if (this.#errors.size < MOST_ERRORS || this.#errors.has(details)) increase(this.#errors, details)
  }

  #histogram(name: string): Histogram {
    let histogram = this.#histograms.get(name)
    if (histogram === undefined) {
      histogram = newHistogram()
      this.#histograms.set(name, histogram)
    }
    return histogram
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
