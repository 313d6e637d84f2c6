// The measurements of the demonstration as data, for `yard demo --json FILE`: the README's picture is drawn from them.

import type { Distribution } from '../../testbed/measure/distribution.ts'
import type { Act } from './verdict.ts'

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

/** The record of what the demonstration measured on a fleet of `envoys`. Times are whole milliseconds. */
export function recordDemo(envoys: number, backends: readonly string[], acts: readonly Act[]): DemoRecord {
  return { envoys, backends, settings: acts.map(recordSetting) }
}

function recordSetting({ setting, turn, distributions }: Act): SettingRecord {
  return {
    mode: setting.mode,
    ...(setting.mode === 'l7' && setting.policy !== undefined && { policy: setting.policy }),
    ...(turn && {
      switched: {
        ackedMs: Math.round(turn.ackedMs),
        lastGoneMs: Math.round(turn.lastGoneMs),
        oldConnections: turn.oldConnections,
        calls: turn.load.calls,
        failed: turn.load.failures.length,
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

/** Four places are more than the measurement can tell apart. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
