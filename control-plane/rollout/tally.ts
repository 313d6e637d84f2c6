// Counts what nodes answer to what they are served. After an event, only the node of the event is looked at again.

import type { NodeStatus, XdsEvent } from '../../xds-server/index.ts'

/** Whose answers decide about a revision. */
export interface Eligibility {
  /** The fleets that are served something else than what was accepted last. */
  readonly fleets: ReadonlySet<string>
  /** Keys of the nodes that were SYNCED when the revision was written: these can tell. */
  readonly baseline: ReadonlySet<string>
  /** Keys of the nodes that NACKed what was served before: their NACK says nothing about the revision. */
  readonly alreadyNacked: ReadonlySet<string>
  /** The fleets whose NACKs reject a revision and leave it in force (`onNack: hold`). */
  readonly holding: ReadonlySet<string>
}

/** Numbers of nodes that are connected and not pinned, by what they answered. */
export interface Count {
  readonly connected: number
  readonly synced: number
  /** NACKs of nodes of the holding fleets. */
  readonly nackedToHold: number
  /** NACKs of nodes of all other fleets. */
  readonly nackedToRollBack: number
}

/** `others` are the nodes that are neither baseline nodes nor already NACKed. */
export interface Counts {
  readonly baseline: Count
  readonly others: Count
}

/** Where the nodes are looked at. */
export interface NodeSource {
  /** All nodes of a fleet. */
  readonly nodesOf: (fleet: string) => readonly NodeStatus[]
  readonly node: (fleet: string, id: string) => NodeStatus
}

type NodeKey = Pick<NodeStatus, 'group' | 'id'>

interface Answer {
  readonly from: keyof Counts
  readonly is: 'synced' | 'nackedToHold' | 'nackedToRollBack' | 'open'
  readonly node: NodeStatus
}

/** Events that can change what is counted. All others, such as `sent`, come before one of these. */
const DECISIVE: ReadonlySet<XdsEvent['kind']> = new Set([
  'snapshot',
  'cleared',
  'acked',
  'nacked',
  'subscribed',
  'closed',
  'started',
])

const NOBODY: Count = { connected: 0, synced: 0, nackedToHold: 0, nackedToRollBack: 0 }

/** Node ids are unique within a fleet. */
export function keyOf({ group, id }: NodeKey): string {
  return JSON.stringify([group, id])
}

export function keysOf(nodes: readonly NodeStatus[], state: NodeStatus['state']): Set<string> {
  return new Set(nodes.filter((node) => node.connected && node.state === state).map(keyOf))
}

/** Every node of these fleets is eligible, and no NACK is older than the revision. */
export function everyNodeOf(fleets: Iterable<string>): Eligibility {
  return { fleets: new Set(fleets), baseline: new Set(), alreadyNacked: new Set(), holding: new Set() }
}

export class Tally {
  readonly #eligibility: Eligibility
  readonly #source: NodeSource
  readonly #answers = new Map<string, Answer>()
  readonly #changed = new Map<string, NodeKey>()
  #isComplete = false
  #counts: Counts = { baseline: NOBODY, others: NOBODY }

  constructor(eligibility: Eligibility, source: NodeSource) {
    this.#eligibility = eligibility
    this.#source = source
  }

  /** Remembers whom an event is about. @returns whether the event can change the counts, so that a recount is due */
  note(event: XdsEvent): boolean {
    if (!('group' in event) || !this.#eligibility.fleets.has(event.group)) return false
    // Another snapshot changes the status of every node of the fleet.
    if (!('node' in event)) this.#isComplete = false
    else
      this.#changed.set(keyOf({ group: event.group, id: event.node }), { group: event.group, id: event.node })
    return DECISIVE.has(event.kind)
  }

  /** Looks at the nodes of the events noted since the last look. The first look, and the one after a new snapshot, is at all. */
  recount(): Counts {
    const changed = this.#isComplete ? this.#changedNodes() : this.#allNodes()
    for (const node of changed) this.#take(node)
    this.#changed.clear()
    this.#isComplete = true
    return this.#counts
  }

  /** The eligible nodes whose last answer was a NACK. */
  nacking(): readonly NodeStatus[] {
    const from = eligibleIn(this.#counts)
    return [...this.#answers.values()].flatMap((one) =>
      one.from === from && one.node.state === 'NACKED' ? [one.node] : [],
    )
  }

  #changedNodes(): readonly NodeStatus[] {
    return [...this.#changed.values()].map(({ group, id }) => this.#source.node(group, id))
  }

  #allNodes(): readonly NodeStatus[] {
    this.#answers.clear()
    this.#counts = { baseline: NOBODY, others: NOBODY }
    return [...this.#eligibility.fleets].flatMap((fleet) => this.#source.nodesOf(fleet))
  }

  #take(node: NodeStatus): void {
    const key = keyOf(node)
    const before = this.#answers.get(key)
    const after = this.#answerOf(node, key)
    if (before !== undefined) this.#add(before, -1)
    if (after === undefined) this.#answers.delete(key)
    else this.#answers.set(key, after)
    if (after !== undefined) this.#add(after, 1)
  }

  #answerOf(node: NodeStatus, key: string): Answer | undefined {
    const { baseline, alreadyNacked, holding } = this.#eligibility
    if (!node.connected || node.pinned) return undefined
    if (!baseline.has(key) && alreadyNacked.has(key)) return undefined
    const from = baseline.has(key) ? 'baseline' : 'others'
    if (node.state === 'SYNCED') return { from, is: 'synced', node }
    if (node.state !== 'NACKED') return { from, is: 'open', node }
    return { from, is: holding.has(node.group) ? 'nackedToHold' : 'nackedToRollBack', node }
  }

  #add({ from, is }: Answer, one: 1 | -1): void {
    const count = this.#counts[from]
    const connected = count.connected + one
    const counted = is === 'open' ? { connected } : { connected, [is]: count[is] + one }
    this.#counts = { ...this.#counts, [from]: { ...count, ...counted } }
  }
}

/**
 * The baseline nodes decide, if any of them is connected. Otherwise every node that is served the revision decides, because
 * nobody else has it yet.
 */
export function eligibleIn({ baseline }: Counts): keyof Counts {
  return baseline.connected > 0 ? 'baseline' : 'others'
}
