// The served resources, and clients of every kind and both protocols on one cache.

import type { SnapshotCache } from '../../../xds-server/index.ts'
import { ENDPOINT, resourceTypeOf, STAGES } from '../../../xds-server/snapshot/resource-type.ts'
import { typeIn } from '../../../xds-server/snapshot/snapshot.ts'
import { KINDS, Member, type MemberOptions } from './member.ts'
import {
  badNames,
  type Change,
  changeWorld,
  EMPTY_WORLD,
  errorsOf,
  healWorld,
  resourcesOf,
  type Types,
  type World,
} from './world.ts'

const GROUP = 'fleet'

export class Fleet {
  readonly #cache: SnapshotCache
  readonly #members: readonly Member[]
  readonly #badValues = new Set<string>()
  #world: World = EMPTY_WORLD

  constructor(cache: SnapshotCache, types: Types, open: MemberOptions['open']) {
    this.#cache = cache
    const rejects = ({ value }: { readonly value: Uint8Array }) => this.#badValues.has(keyOf(value))
    this.#members = KINDS.flatMap((kind) =>
      (['sotw', 'delta'] as const).map((protocol) => new Member({ kind, protocol, types, rejects, open })),
    )
  }

  member(index: number): Member {
    return pick(this.#members, index)
  }

  freeMember(index: number): Member {
    return pick(
      this.#members.filter(({ isFree }) => isFree),
      index,
    )
  }

  call(routes: string, host: string): void {
    for (const member of this.#members) member.call(routes, host)
  }

  change(change: Change): void {
    this.#serve(changeWorld(this.#world, change))
  }

  clear(): void {
    this.#cache.clearSnapshot(GROUP)
  }

  /** Runs until nothing is pending. Then each client has what is served. @throws Error that lists the differences. */
  async settle(): Promise<void> {
    const truth = this.#cache.getSnapshot(GROUP)
    const isServed = (name: string) => truth !== undefined && typeIn(truth, ENDPOINT).resources.has(name)
    for (const member of this.#members) await member.settle(isServed)
    if (truth === undefined) return
    const bad = badNames(this.#world)
    // While a resource is NACKed, later stages and removals wait.
    const isChecked = (typeUrl: string, name: string) =>
      bad.length === 0 ||
      (STAGES.indexOf(resourceTypeOf(typeUrl).stage) === 0 &&
        typeIn(truth, typeUrl).resources.has(name) &&
        !bad.some((one) => one.typeUrl === typeUrl && one.name === name))
    const differences = this.#members.flatMap((member) => member.differences(truth, isChecked))
    if (differences.length > 0)
      throw new Error(`clients do not have what is served:\n${differences.join('\n')}`)
  }

  /** Replaces bad content. After that, nothing may differ anywhere. */
  async heal(): Promise<void> {
    this.#serve(healWorld(this.#world))
    await this.settle()
  }

  close(): void {
    for (const member of this.#members) member.close()
  }

  #serve(world: World): void {
    this.#world = world
    const snapshot = this.#cache.setSnapshot(GROUP, resourcesOf(world), { errors: errorsOf(world) })
    for (const { typeUrl, name } of badNames(world)) {
      const value = typeIn(snapshot, typeUrl).resources.get(name)?.value
      if (value !== undefined) this.#badValues.add(keyOf(value))
    }
  }
}

function keyOf(value: Uint8Array): string {
  return Buffer.from(value).toString('latin1')
}

function pick<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}
