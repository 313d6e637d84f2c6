// Follows each revision to the nodes. It listens to every event of the cache, so an event costs a look into a map or two; whether a
// node has everything is looked up only when somebody wants to know.

import type { FlipLane, FlipProgress } from '../../api/schemas/flip.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { ResponseEvent, SnapshotCache, StreamEvent, XdsEvent } from '../../xds-server/index.ts'
import { namedInNack, originOf } from '../rollout/nacks.ts'
import type { Translations } from '../rollout/publisher.ts'
import type { ServingObserver } from '../rollout/serving-observer.ts'
import { Flip } from './flip.ts'
import type { Lane, LaneEvidence } from './lane.ts'

export interface FlipTrackerOptions {
  readonly cache: Pick<SnapshotCache, 'nodeStatus'>
  /** Milliseconds since 1970, with fractions, which never go back. Default: the clock. */
  readonly now?: () => number
  /** Revisions and lanes that are kept. Default: 50 and 100,000. */
  readonly limits?: { readonly flips: number; readonly lanes: number }
}

/** A lane is less than 200 bytes. */
const LIMITS = { flips: 50, lanes: 100_000 }

export class FlipTracker implements ServingObserver {
  readonly #cache: FlipTrackerOptions['cache']
  readonly #now: () => number
  readonly #limits: { readonly flips: number; readonly lanes: number }
  /** By revision, oldest first. */
  readonly #flips = new Map<number, Flip>()
  /** What each fleet is served. */
  readonly #current = new Map<string, Flip>()
  /** Open streams of each connected node, by fleet. */
  readonly #connected = new Map<string, Map<string, number>>()
  /** Lanes whose node may have everything by now. */
  readonly #unsettled = new Set<Lane>()
  #translations: Translations = new Map()
  #newest: Flip | undefined
  #isPublishing = false
  #listener: ((flip: Flip) => void) | undefined

  constructor({
    cache,
    now = () => performance.timeOrigin + performance.now(),
    limits = LIMITS,
  }: FlipTrackerOptions) {
    this.#cache = cache
    this.#now = now
    this.#limits = limits
  }

  /** Calls the listener with each flip whose lanes have changed, or may have. One listener at a time. */
  listen(listener: (flip: Flip) => void): () => void {
    this.#listener = listener
    return () => {
      this.#listener = undefined
    }
  }

  /** @throws SwitchyardError `not-found` for a revision that is not kept */
  get(revision: number): FlipProgress {
    const flip = this.#flips.get(revision)
    if (flip !== undefined) return this.read(flip)
    const numbers = [...this.#flips.keys()]
    throw new SwitchyardError(
      'not-found',
      `the progress of revision ${revision} is not kept: it is kept for the last ${this.#limits.flips} revisions since the control plane started, now ${numbers[0]} to ${numbers.at(-1)}`,
    )
  }

  /** How far a flip has come by now. */
  read(flip: Flip): FlipProgress {
    this.#settle()
    return flip.toJson()
  }

  /** Adds what others have found out about the flip that a node is served now. Fields that are given replace earlier ones. */
  mark(fleet: string, node: string, evidence: LaneEvidence): void {
    const flip = this.#current.get(fleet)
    const lane = flip?.lane(fleet, node)
    if (flip === undefined || lane === undefined) return
    lane.evidence = { ...lane.evidence, ...evidence }
    this.#listener?.(flip)
  }

  serving(revision: number, translations: Translations): void {
    this.#translations = translations
    this.#newest = new Flip(revision, this.#now())
    this.#flips.set(revision, this.#newest)
    this.#isPublishing = true
    this.#forgetOld()
  }

  served(fleets: Iterable<string>): void {
    const flip = this.#newest
    this.#isPublishing = false
    if (flip === undefined) return
    for (const fleet of fleets) if (this.#current.get(fleet) !== flip) this.#begin(flip, fleet)
    this.#listener?.(flip)
  }

  /** Events of the cache, in order. */
  take(event: XdsEvent): void {
    if (event.kind === 'sent') this.#sent(event)
    else if (event.kind === 'acked' || event.kind === 'nacked') this.#answered(event)
    else if (event.kind === 'subscribed') this.#look(event)
    else if (event.kind === 'opened') this.#count(event, 1)
    else if (event.kind === 'closed') this.#count(event, -1)
    else if (event.kind === 'snapshot') this.#snapshot(event.group)
    else if (event.kind === 'cleared') this.#clear(event.group)
  }

  /** Renewed secrets change snapshots too, without a new revision. */
  #snapshot(fleet: string): void {
    if (this.#isPublishing && this.#newest !== undefined) this.#begin(this.#newest, fleet)
  }

  #clear(fleet: string): void {
    this.#freeze(fleet)
    this.#current.delete(fleet)
  }

  #begin(flip: Flip, fleet: string): void {
    this.#freeze(fleet)
    this.#current.set(fleet, flip)
    flip.fleets.add(fleet)
    for (const node of this.#connected.get(fleet)?.keys() ?? []) flip.openLane(fleet, node)
  }

  /** The nodes of a fleet are served something else: what they answer from now on is about that. */
  #freeze(fleet: string): void {
    for (const lane of this.#current.get(fleet)?.lanesOf(fleet) ?? []) {
      lane.freeze()
      this.#unsettled.delete(lane)
    }
  }

  #sent(event: ResponseEvent): void {
    const flip = this.#current.get(event.group)
    const lane = flip?.openLane(event.group, event.node)
    if (flip === undefined || lane === undefined || lane.isDecided) return
    lane.sent(keyOf(event), this.#now())
    this.#listener?.(flip)
  }

  #answered(event: XdsEvent & { readonly kind: 'acked' | 'nacked' }): void {
    const flip = this.#current.get(event.group)
    const lane = flip?.lane(event.group, event.node)
    if (flip === undefined || lane === undefined || lane.isDecided) return
    if (event.kind === 'acked') {
      if (lane.acked(keyOf(event), this.#now()) && lane.isAnswered) this.#unsettled.add(lane)
    } else {
      lane.nacked(keyOf(event), this.#describe(event))
    }
    this.#listener?.(flip)
  }

  /** A node that needs something no more may have everything. */
  #look({ group, node }: StreamEvent): void {
    const flip = this.#current.get(group)
    const lane = flip?.lane(group, node)
    if (flip === undefined || lane === undefined || lane.isDecided) return
    this.#unsettled.add(lane)
    this.#listener?.(flip)
  }

  #count({ group, node }: StreamEvent, one: 1 | -1): void {
    const nodes = this.#connected.get(group) ?? new Map<string, number>()
    this.#connected.set(group, nodes)
    const streams = (nodes.get(node) ?? 0) + one
    if (streams > 0) {
      nodes.set(node, streams)
      return
    }
    nodes.delete(node)
    if (nodes.size === 0) this.#connected.delete(group)
    const flip = this.#current.get(group)
    flip?.lane(group, node)?.freeze()
    if (flip !== undefined) this.#listener?.(flip)
  }

  /** Looks at the nodes that have answered everything they were sent: is there more to come? */
  #settle(): void {
    for (const lane of this.#unsettled) {
      this.#unsettled.delete(lane)
      if (lane.isDecided || !lane.isAnswered) continue
      const { state, pinned } = this.#cache.nodeStatus(lane.fleet, lane.node)
      // A pinned node was sent the revision before.
      if (pinned) this.#current.get(lane.fleet)?.removeLane(lane)
      else if (state === 'SYNCED') lane.decide()
    }
  }

  #describe({ group, typeUrl, nack }: XdsEvent & { readonly kind: 'nacked' }): NonNullable<FlipLane['nack']> {
    const translation = this.#translations.get(group)
    const [path] = namedInNack(nack).flatMap((name) => {
      const { path: entry, patches } = originOf(translation, typeUrl, name)
      return patches.at(-1) ?? entry ?? []
    })
    return { message: nack.message.trimEnd(), ...(path !== undefined && { path }) }
  }

  #forgetOld(): void {
    const all = [...this.#flips.values()]
    let lanes = all.reduce((sum, { size }) => sum + size, 0)
    for (const flip of all) {
      const isTooMuch = this.#flips.size > this.#limits.flips || lanes > this.#limits.lanes
      if (!isTooMuch || flip === this.#newest) return
      this.#flips.delete(flip.revision)
      lanes -= flip.size
    }
  }
}

/** Nonces are unique on a stream. */
function keyOf({ stream, nonce }: ResponseEvent): string {
  return `${stream.id}/${nonce}`
}
