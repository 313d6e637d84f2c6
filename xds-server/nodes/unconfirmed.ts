// The names, by node and type, of which nobody knows what the node holds: they stood in a response that it refused or did not answer.

import type { NackLog } from './nack-log.ts'

export type UnconfirmedNames = ReadonlyMap<string, ReadonlySet<string>>

/** Nodes remembered at most: node ids come from clients, and the oldest marks are the least likely to matter. */
const MAX_NODES = 10_000

const NO_NAMES: UnconfirmedNames = new Map()

export class UnconfirmedResources {
  readonly #log: NackLog | undefined
  readonly #nodes = new Map<string, Map<string, Set<string>>>()

  constructor(log?: NackLog) {
    this.#log = log
    for (const { node, typeUrl, names } of log?.read() ?? []) this.#add(node, typeUrl, names)
  }

  of(node: string): UnconfirmedNames {
    return this.#nodes.get(node) ?? NO_NAMES
  }

  /** A refusal: kept beyond a restart, because the node will claim the versions from before it. */
  refuse(node: string, typeUrl: string, names: readonly string[]): void {
    if (names.length === 0) return
    this.#log?.append({ node, typeUrl, names }, false)
    this.#add(node, typeUrl, names)
  }

  /** A stream ended before these were answered: the node may have applied them without having told. */
  abandon(node: string, typeUrl: string, names: readonly string[]): void {
    if (names.length > 0) this.#add(node, typeUrl, names)
  }

  /** An ACK speaks for every name in its response. */
  settle(node: string, typeUrl: string, names: Iterable<string>): void {
    const types = this.#nodes.get(node)
    const doubted = types?.get(typeUrl)
    if (types === undefined || doubted === undefined) return
    const settled = [...names].filter((name) => doubted.delete(name))
    if (settled.length === 0) return
    this.#log?.append({ node, typeUrl, names: settled }, true)
    if (doubted.size === 0) types.delete(typeUrl)
    if (types.size === 0) this.#nodes.delete(node)
  }

  #add(node: string, typeUrl: string, names: readonly string[]): void {
    const types = this.#nodes.get(node) ?? new Map<string, Set<string>>()
    types.set(typeUrl, new Set([...(types.get(typeUrl) ?? []), ...names]))
    this.#nodes.set(node, types)
    const [oldest] = this.#nodes.keys()
    if (this.#nodes.size > MAX_NODES && oldest !== undefined) this.#nodes.delete(oldest)
  }
}
