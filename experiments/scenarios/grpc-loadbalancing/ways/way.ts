// What a way from clients to backends is: each file of this folder has some, whoever balances in them.

import type { MeasuredProcess } from '../../../../harness/measure-load.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import type { RunningBackend } from '../../../../testbed/backend.ts'
import type { LoadPlan } from '../../../../testbed/loader/load-plan.ts'
import type { Loader } from '../../../../testbed/loader/start-loader.ts'
import type { PartProcess } from '../../../../testbed/parts.ts'

export interface Way {
  /** Unique, in kebab-case, such as `envoy-l7-round-robin`. */
  readonly id: string
  /** Such as `Envoy L7 round_robin`. */
  readonly title: string
  /** Who picks a backend. */
  readonly who: 'kernel' | 'proxy' | 'sidecar' | 'client'
  /** What it picks a backend for. A connection that is pinned stays with its backend as long as it lives. */
  readonly picksFor: 'connection' | 'call'
  /** What it emulates and with what; undefined if all its parts are real. */
  readonly emulates?: string
  readonly needs?: readonly Need[]
  /** Set if its client is another program than our loader: it makes unary calls over one channel only. */
  readonly oneChannel?: boolean
  /** Starts its parts, or takes shared ones and configures them. Calls may be made when it resolves. */
  readonly open: (context: RunContext, options: OpenOptions) => Promise<OpenWay>
}

export interface OpenOptions {
  /** Those that get calls, at first. */
  readonly backends: readonly WayBackend[]
}

/** A backend of `takeBackends`: a process on an address of its own. */
export type WayBackend = RunningBackend & Pick<PartProcess, 'pid'>

/** A backend in the configuration of clients and proxies. */
export interface Routed extends Pick<WayBackend, 'id' | 'address'> {
  /** It ends the calls that it has, and gets no new ones. Ways that cannot say so leave it out. */
  readonly isDraining?: boolean
}

export interface OpenWay {
  /** What clients call, such as `127.0.1.1:10000`: their connections are spread over them. */
  readonly targets: readonly string[]
  /** What its clients need. */
  readonly client?: ClientSettings
  /** Makes the calls instead of our loader, where the client is another program. */
  readonly loader?: WayLoader
  /** Its proxies and sidecars. */
  readonly processes: readonly MeasuredProcess[]
  /** Instead of those it was given, where it needs its own, such as backends in a network namespace. */
  readonly backends?: readonly WayBackend[]
  /** Sends calls to other backends from now on; resolves when that is in effect. Undefined where only a restart could do it. */
  readonly setBackends?: (backends: readonly Routed[]) => Promise<void>
  /** Read at the end of the window, such as counters of its proxy. */
  readonly figures?: () => Promise<Readonly<Record<string, number>>>
  /** Ends what it does not share. Processes of the run's group end anyway. */
  readonly close?: () => Promise<void>
}

/** Fields of the plan of a load, and the environment of its process. */
export interface ClientSettings
  extends Pick<LoadPlan, 'serviceConfig' | 'channelOptions' | 'metadata' | 'tls'> {
  readonly env?: Readonly<Record<string, string>>
  /** The header that carries one of many keys, for policies that hash. */
  readonly keyHeader?: string
}

export interface WayLoader extends Loader {
  /** Such as `grpc-go 1.85.0`. */
  readonly tool: string
}
