// The names of the figures that each turn measures.

import type { Mode } from './modes.ts'

/** With their units. `both` are Envoy and service together. */
export const MEASURES = {
  proxy: 'µs/call',
  server: 'µs/call',
  both: 'µs/call',
  p50: 'µs',
  p99: 'µs',
} as const
export type MeasureName = keyof typeof MEASURES

export const seriesName = (mode: Pick<Mode, 'id'>, measure: MeasureName) => `${mode.id}: ${measure}`
