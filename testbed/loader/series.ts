// Counts over time: how much of each name happened in each interval of a window.

import type { LoadSeries } from './load-result.ts'

export class Series {
  readonly #intervalMs: number
  readonly #counts = new Map<string, { readonly unit: LoadSeries['unit']; readonly counts: number[] }>()

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** @param atMs since the beginning of the window */
  add(name: string, unit: LoadSeries['unit'], atMs: number): void {
    let series = this.#counts.get(name)
    if (series === undefined) {
      series = { unit, counts: [] }
      this.#counts.set(name, series)
    }
    const interval = Math.floor(atMs / this.#intervalMs)
    series.counts[interval] = (series.counts[interval] ?? 0) + 1
  }

  /** @param windowMs intervals until its end are in the points, those without anything as 0; the last may be shorter */
  points(windowMs: number): readonly LoadSeries[] {
    const intervals = Math.ceil(windowMs / this.#intervalMs)
    return [...this.#counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { unit, counts }]) => ({
        name,
        unit,
        points: Array.from({ length: intervals }, (_, at) => [
          Math.min((at + 1) * this.#intervalMs, windowMs),
          counts[at] ?? 0,
        ]),
      }))
  }
}
