// The measurements of the demonstration as data, for `yard demo --json FILE`: the README's picture is drawn from them.

import type { Distribution } from '../../testbed/measure/distribution.ts'
import type { Measurement } from './verdict.ts'

export interface DemoRecord {
  readonly envoys: number
  readonly backends: readonly string[]
  /** In the order of the demonstration: L4, each policy at L7, and L4 again. */
  readonly settings: readonly SettingRecord[]
}

export interface SettingRecord {
  readonly mode: string
  /** Absent at L4. */
  readonly policy?: string
  /** Absent for the setting that the fleet started with. */
  readonly switched?: SwitchRecord
  readonly distributions: readonly DistributionRecord[]
}

export interface SwitchRecord {
  /** From the REST call to its answer, which comes when every Envoy has ACKed. */
  readonly ackedMs: number
  /** From that answer until no connection of the old mode was open; 0 if the mode is the same. */
  readonly lastGoneMs: number
  readonly oldConnections: number
  /** Calls that ran while the fleet switched, and how many of them failed. */
  readonly calls: number
  readonly failed: number
}

export interface DistributionRecord {
  readonly connections: number
  readonly calls: number
  readonly failed: number
  readonly keys: 'none' | 'distinct' | 'same'
  readonly callsByBackend: Readonly<Record<string, number>>
  readonly variation: number
  readonly noiseFloor: number
}

/** The measurements of the demonstration on a fleet of `envoys`. Times are whole milliseconds. */
export function recordDemo(
  envoys: number,
  backends: readonly string[],
  measurements: readonly Measurement[],
): DemoRecord {
  return { envoys, backends, settings: measurements.map(recordSetting) }
}

function recordSetting({ setting: { lb }, switched, distributions }: Measurement): SettingRecord {
  return {
    mode: lb.mode,
    ...(lb.mode === 'l7' && lb.policy !== undefined && { policy: lb.policy }),
    ...(switched && {
      switched: {
        ackedMs: Math.round(switched.ackedMs),
        lastGoneMs: Math.round(switched.lastGoneMs),
        oldConnections: switched.oldConnections,
        calls: switched.load.calls,
        failed: switched.load.failures.length,
      },
    }),
    distributions: distributions.map(recordDistribution),
  }
}

function recordDistribution(distribution: Distribution): DistributionRecord {
  const { connections, calls, keys, failures, byBackend, variation, noiseFloor } = distribution
  return {
    connections,
    calls,
    failed: failures.length,
    keys: typeof keys === 'string' ? keys : 'same',
    callsByBackend: Object.fromEntries(byBackend),
    variation: round(variation),
    noiseFloor: round(noiseFloor),
  }
}

/** Four decimal places are more than the precision of the measurement. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
