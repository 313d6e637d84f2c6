// One revision on its way to the nodes.

import type { FlipProgress } from '../../api/schemas/flip.ts'
import { Lane } from './lane.ts'

export class Flip {
  readonly revision: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly fleets = new Set<string>()
  /** By fleet and node. */
  readonly #lanes = new Map<string, Map<string, Lane>>()
  #size = 0

  constructor(revision: number, at: number) {
    this.revision = revision
    this.at = at
  }

  /** The number of lanes. */
  get size(): number {
    return this.#size
  }

  lane(fleet: string, node: string): Lane | undefined {
    return this.#lanes.get(fleet)?.get(node)
  }

  /** The lane of a node, which is made if it does not exist. */
  openLane(fleet: string, node: string): Lane {
    const known = this.lane(fleet, node)
    if (known !== undefined) return known
    const lanes = this.#lanes.get(fleet) ?? new Map<string, Lane>()
    this.#lanes.set(fleet, lanes)
    const lane = new Lane(fleet, node)
    lanes.set(node, lane)
    this.#size += 1
    return lane
  }

  removeLane({ fleet, node }: Lane): void {
    if (this.#lanes.get(fleet)?.delete(node)) this.#size -= 1
  }

  lanesOf(fleet: string): Iterable<Lane> {
    return this.#lanes.get(fleet)?.values() ?? []
  }

  toJson(): FlipProgress {
    const lanes = [...this.#lanes.values()].flatMap((ofFleet) => [...ofFleet.values()])
    return {
      revision: this.revision,
      at: new Date(this.at).toISOString(),
      fleets: [...this.fleets].sort(),
      lanes: lanes
        .sort((one, other) => compare(one.fleet, other.fleet) || compare(one.node, other.node))
        .map((lane) => lane.toJson()),
    }
  }
}

/** `edge-10` comes after `edge-9`. */
const { compare } = new Intl.Collator('en', { numeric: true })
