// Where a change is made: calls go through a way to backends, and the change waits for what they show.

import { setTimeout } from 'node:timers/promises'
import { splitAddress } from '../../../../core/host-and-port.ts'
import type { EnvoyAdmin } from '../../../../envoy-bootstrap/envoy-admin.ts'
import type { MeasuredBackground } from '../../../../harness/measure-load.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { LoadCounts } from '../../../../testbed/loader/load-result.ts'
import { CONNECTIONS } from '../checks/pooling.ts'
import { takeSwitchboard } from '../switchboard.ts'
import { fleetOf } from '../ways/envoy.ts'
import type { OpenWay, Way } from '../ways/way.ts'
import type { ChangingBackends } from './changing-backends.ts'
import { failedFigure, shareFigure } from './figures.ts'

/** One of four connections that is down fails a quarter of the calls. */
const CALLS_WITHOUT_FAILURE = 150
const POLL_MS = 20
/** Calls that may still be under way when something has happened. */
const UNDER_WAY = 60
/** Ways that ask for backends with a new connection only, and so may never call one: nobody waits for that long. */
const ASKS_LATE = ['envoy-l4', 'dns-round-robin']
const SHORT_PATIENCE = 2
/** A way that has not done after this many phases what it should never will. */
export const PATIENCE = 20

interface Props {
  readonly context: RunContext
  readonly way: Way
  readonly open: OpenWay
  readonly backends: ChangingBackends
  readonly load: MeasuredBackground
  /** Calls of a phase. */
  readonly calls: number
}

export class Stage {
  readonly way: Way
  readonly backends: ChangingBackends
  /** What phases have counted, by figure. */
  readonly figures: Record<string, number> = {}
  readonly #props: Props

  constructor(props: Props) {
    this.#props = props
    this.way = props.way
    this.backends = props.backends
  }

  /** Notes in the timeline what happens now. */
  mark(label: string): void {
    this.#props.load.mark(label)
  }

  /** Sends calls to these backends from now on. A draining one ends those that it has, where the way knows the difference. */
  async route(ids: readonly string[], draining: readonly string[] = []): Promise<void> {
    const active = ids.map((id) => this.backends.get(id))
    const leaving = draining.map((id) => ({ ...this.backends.get(id), isDraining: true }))
    await this.#props.open.setBackends?.([...active, ...leaving])
  }

  /** Counts the next calls, without those that are under way. The figures of the phase are by this name. */
  async phase(name: string): Promise<void> {
    const { load, calls } = this.#props
    await this.#further(UNDER_WAY)
    const before = await load.counts()
    await this.#further(calls)
    const after = await load.counts()
    const counted = after.calls - before.calls
    this.figures[failedFigure(name)] = after.failed - before.failed
    this.figures[`calls ${name}`] = counted
    const ids = new Set([...Object.keys(after.shares), 'b1', 'b2', 'b3', 'b4'])
    for (const id of ids) {
      const share = ((after.shares[id] ?? 0) - (before.shares[id] ?? 0)) / counted
      this.figures[shareFigure(id, name)] = share * 100
    }
  }

  /** Resolves when a backend has answered a call from now on. @returns whether it did within this many phases */
  async untilAnswers(id: string, phases = this.#patience): Promise<boolean> {
    const before = await this.#props.load.counts()
    return await this.#until(before, ({ shares }) => (shares[id] ?? 0) > (before.shares[id] ?? 0), phases)
  }

  /** Notes how many connections these backends accept from now on until the returned function is called. */
  async countConnections(ids: readonly string[]): Promise<() => Promise<void>> {
    const before = await this.#accepted(ids)
    return async () => {
      this.figures[CONNECTIONS] = (await this.#accepted(ids)) - before
    }
  }

  /** Resolves when a backend has no open connection, or the way opens new ones again and again. */
  async untilLeft(id: string): Promise<boolean> {
    const { load, open } = this.#props
    const before = await load.counts()
    // A way that nobody can tell to leave a backend connects again after GOAWAY.
    const phases = open.setBackends === undefined ? SHORT_PATIENCE : PATIENCE
    return await this.#until(
      before,
      async () => (await this.backends.get(id).connections()).open === 0,
      phases,
    )
  }

  /** Resolves when the Envoys of the way send no calls to an endpoint, or do so again. @param address of the backend */
  async untilOut(address: string, isOut: boolean): Promise<boolean> {
    const { context, way, load } = this.#props
    const fleet = fleetOf(way.id)
    if (fleet === undefined) return false
    const nodes = (await takeSwitchboard(context)).nodesOf(fleet)
    const before = await load.counts()
    return await this.#until(before, async () => {
      const states = await Promise.all(nodes.map(({ envoy }) => isOutOf(envoy.admin, address)))
      return states.every((state) => state === isOut)
    })
  }

  /**
   * Resolves when many calls in a row have not failed. A client that has lost its connection at L4 waits a second before it makes
   * another, and fails calls until then, although Envoy picks no dead endpoint any more.
   */
  async untilNoFailure(): Promise<boolean> {
    let last = await this.#props.load.counts()
    return await this.#until(last, (counts) => {
      if (counts.failed > last.failed) last = counts
      return counts.calls >= last.calls + CALLS_WITHOUT_FAILURE
    })
  }

  get #patience(): number {
    return ASKS_LATE.includes(this.way.id) ? SHORT_PATIENCE : PATIENCE
  }

  async #further(calls: number): Promise<void> {
    const { calls: before } = await this.#props.load.counts()
    while ((await this.#props.load.counts()).calls < before + calls) await this.#pause()
  }

  async #accepted(ids: readonly string[]): Promise<number> {
    const counts = await Promise.all(ids.map((id) => this.backends.get(id).connections()))
    return counts.reduce((sum, { accepted }) => sum + accepted, 0)
  }

  async #until(
    before: LoadCounts,
    holds: (counts: LoadCounts) => boolean | Promise<boolean>,
    phases = PATIENCE,
  ): Promise<boolean> {
    const { load, calls } = this.#props
    for (;;) {
      const counts = await load.counts()
      if (await holds(counts)) return true
      if (counts.calls > before.calls + calls * phases) return false
      await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    this.#props.context.signal.throwIfAborted()
    await setTimeout(POLL_MS)
  }
}

async function isOutOf(admin: EnvoyAdmin, address: string): Promise<boolean> {
  const place = splitAddress(address)
  const { clusterStatuses } = await admin.clusters()
  const found = clusterStatuses
    .flatMap(({ hostStatuses }) => hostStatuses)
    .find(({ address: at }) => {
      const socket = at?.address
      if (socket?.case !== 'socketAddress') return false
      return socket.value.address === place?.host && socket.value.portSpecifier.value === place.port
    })
  const health = found?.healthStatus
  return health?.failedOutlierCheck === true || health?.failedActiveHealthCheck === true
}
