// What a scenario is: a plan of runs, what must hold, and what the report shows. The harness does the rest.

import type { ProcessGroup } from '../processes/process-group.ts'
import type { Profile } from './profile.ts'
import type { Section } from './report/section.ts'
import type { Check, Measured, Results } from './results.ts'

export interface Scenario {
  /** The name of its folder, such as `grpc-loadbalancing`. */
  readonly name: string
  readonly title: string
  /** What it answers, in one sentence. */
  readonly question: string
  /** Pure: `--only`, `--resume` and the estimated time need it before anything starts. */
  readonly plan: (profile: Profile) => Plan
}

export interface Plan {
  /** Measured one after the other, and all of them once before any is measured again, so that a machine that gets slower slows all alike. */
  readonly runs: readonly Run[]
  /** Default: those of the profile. */
  readonly rounds?: number
  /** For the environment of the report. Default: Node, grpc-js and Envoy, which are always in it. */
  readonly tools?: Tools
  /** What must hold. A check that fails makes the scenario fail. */
  readonly checks: (results: Results) => readonly Check[]
  /** What the report shows, in its order. */
  readonly sections: (results: Results) => readonly Section[]
}

/** Programs by name, each with the command that prints its version, such as `{ nginx: ['nginx', '-v'] }`. */
export type Tools = Readonly<Record<string, readonly string[]>>

export interface Run {
  /** Unique in the plan; dots between parts that `--only` can choose by, such as `l7-round-robin.unary.4-connections`. */
  readonly id: string
  /** What distinguishes it from others, such as `{ way: 'L7 round_robin', calls: 'unary', connections: '4' }`. */
  readonly labels: Readonly<Record<string, string>>
  /** What it cannot do without. Where one is missing, the run is skipped, and the report names the command that installs it. */
  readonly needs?: readonly Need[]
  /** What it emulates and with what, such as "kube-proxy, by its nftables rules in a network namespace". Absent: all its parts are real. */
  readonly emulates?: string
  /** How often it is measured at most. Default: as often as the plan says. */
  readonly rounds?: number
  /** Estimate in seconds, for the time left. Default: warm-up and window of the profile, and a second. */
  readonly seconds?: number
  readonly measure: (context: RunContext) => Promise<Measured>
}

export interface Need {
  /** Such as `nginx`. */
  readonly name: string
  /** The command that installs it, or what else helps, such as "run it as root". */
  readonly install: string
  readonly isThere: () => boolean
}

export interface RunContext {
  readonly profile: Profile
  /** From 1. */
  readonly round: number
  /** Its processes end when the run ends. */
  readonly group: ProcessGroup
  /** For files of the run; removed after it. */
  readonly folder: string
  /**
   * Keeps a file beside the results, such as a capture of the run; one of the same name is replaced.
   * @returns its path below the folder of the results, `files/NAME`
   */
  readonly keep: (name: string, content: Uint8Array) => Promise<string>
  /** Aborts when the scenario is interrupted. */
  readonly signal: AbortSignal
  /**
   * What several runs use, such as a testbed: started by the first run that asks for its key, and ended with the scenario.
   * A run that changes its configuration says when it begins what it needs, because others have left theirs.
   */
  readonly shared: <T>(key: string, start: (context: SharedContext) => Promise<T>) => Promise<T>
}

export interface SharedContext {
  readonly group: ProcessGroup
  readonly folder: string
}
