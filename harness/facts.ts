// What a run found that measures no load: numbers, and texts such as what a client printed.

import type { Measured } from './results.ts'

/** `figures`, `texts` and whatever else a run has; calls are none and took no time unless said. */
export function facts(found: Partial<Measured> = {}): Measured {
  return { seconds: 0, calls: 0, codes: {}, histograms: {}, processes: [], figures: {}, ...found }
}
