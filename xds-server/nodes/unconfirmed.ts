// Unconfirmed resources, by node and type: names in a response that the node NACKed or did not answer. What the node has of them is
// unknown.

import type { NackLog } from './nack-log.ts'

export type UnconfirmedNames = ReadonlyMap<string, ReadonlySet<string>>

/** Node ids come from clients, so only this many nodes are remembered. The oldest entries are the least likely to matter. */
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

  /** Notes a NACK. It is kept over a restart of the server, because the node will report the versions from before the NACK. */
  nack(node: string, typeUrl: string, names: readonly string[]): void {
    if (names.length === 0) return
    this.#log?.append({ node, typeUrl, names }, false)
    this.#add(node, typeUrl, names)
  }

  /** Notes the names of un-ACKed responses of a stream that ended: the node may have applied them. */
  abandon(node: string, typeUrl: string, names: readonly string[]): void {
    if (names.length > 0) this.#add(node, typeUrl, names)
  }

  /** Notes an ACK, which confirms every name in its response. */
  ack(node: string, typeUrl: string, names: Iterable<string>): void {
    const types = this.#nodes.get(node)
    const unconfirmed = types?.get(typeUrl)
    if (types === undefined || unconfirmed === undefined) return
    const settled = [...names].filter((name) => unconfirmed.delete(name))
    if (settled.length === 0) return
    this.#log?.append({ node, typeUrl, names: settled }, true)
    if (unconfirmed.size === 0) types.delete(typeUrl)
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
