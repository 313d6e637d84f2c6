// Unconfirmed resources, by stream and type: names in a response that the node NACKed or did not answer. What the node has of them is
// unknown. What a stream leaves behind goes to the node's next streams.

import type { NackLog } from './nack-log.ts'
import { UnconfirmedBatches, type UnconfirmedNames } from './unconfirmed-names.ts'

/** Node ids come from clients, so only this many nodes are remembered. The oldest entries are the least likely to matter. */
const MAX_NODES = 10_000

interface NodeEntry {
  /** Of streams that have ended. */
  readonly left: UnconfirmedBatches
  /** Of open streams, if they have any. */
  readonly open: Set<UnconfirmedBatches>
}

export class UnconfirmedResources {
  readonly #log: NackLog | undefined
  readonly #onFault: (error: unknown) => void
  readonly #nodes = new Map<string, NodeEntry>()
  #time = 0

  /** @param onFault called with the error if the log cannot be written */
  constructor(log?: NackLog, onFault: (error: unknown) => void = () => {}) {
    this.#log = log
    this.#onFault = onFault
    for (const { node, typeUrl, names } of log?.read() ?? []) {
      this.#entry(node).left.add(typeUrl, { names: new Set(names), since: 0, isLogged: true })
      this.#forgetOldest()
    }
  }

  /** For a stream that opens: what earlier streams of the node left, and the memory for its own answers. */
  open(node: string): UnconfirmedOfStream {
    const openedAt = ++this.#time
    const own = new UnconfirmedBatches()
    return {
      names: this.#nodes.get(node)?.left.names() ?? new Map(),
      nack: (typeUrl, names) => {
        if (names.size === 0) return
        own.add(typeUrl, { names, since: 0, isLogged: true })
        this.#entry(node).open.add(own)
        this.#append(node, typeUrl, [...names], false)
      },
      ack: (typeUrl, namesOf) => {
        const entry = this.#nodes.get(node)
        if (entry === undefined) return
        const names = namesOf()
        const logged = [
          ...own.confirm(typeUrl, names, openedAt),
          ...entry.left.confirm(typeUrl, names, openedAt),
        ]
        if (own.isEmpty) entry.open.delete(own)
        const settled = new Set(logged.filter((name) => !isLogged(entry, typeUrl, name)))
        if (settled.size > 0) this.#append(node, typeUrl, [...settled], true)
        this.#dropIfEmpty(node, entry)
      },
      leave: (unacked) => {
        const since = ++this.#time
        const entry = this.#entry(node)
        entry.open.delete(own)
        entry.left.addAll(own, since)
        own.clear()
        for (const { typeUrl, names } of unacked) entry.left.add(typeUrl, { names, since, isLogged: false })
        this.#dropIfEmpty(node, entry)
        this.#forgetOldest()
      },
    }
  }

  #entry(node: string): NodeEntry {
    const entry = this.#nodes.get(node) ?? { left: new UnconfirmedBatches(), open: new Set() }
    this.#nodes.set(node, entry)
    return entry
  }

  #dropIfEmpty(node: string, { left, open }: NodeEntry): void {
    if (left.isEmpty && open.size === 0) this.#nodes.delete(node)
  }

  /** Entries of open streams are as many as the streams. What ended streams left is forgotten, also in the log. */
  #forgetOldest(): void {
    if (this.#nodes.size <= MAX_NODES) return
    for (const [node, entry] of this.#nodes) {
      if (entry.open.size > 0) continue
      this.#nodes.delete(node)
      for (const [typeUrl, names] of entry.left.logged()) this.#append(node, typeUrl, names, true)
      return
    }
  }

  /** The stream does not wait for the log, and an error of the log does not end it. */
  async #append(node: string, typeUrl: string, names: readonly string[], settled: boolean): Promise<void> {
    try {
      await this.#log?.append({ node, typeUrl, names }, settled)
    } catch (error) {
      this.#onFault(error)
    }
  }
}

/** The unconfirmed resources of one stream. */
export interface UnconfirmedOfStream {
  /** What earlier streams of the node left, as it was when this stream opened. */
  readonly names: UnconfirmedNames
  /** Notes a NACK. It is kept over a restart of the server, because the node will report the versions from before the NACK. */
  readonly nack: (typeUrl: string, names: ReadonlySet<string>) => void
  /** Notes an ACK, which confirms every name in its response: on this stream, and as left by the streams before it. */
  readonly ack: (typeUrl: string, namesOf: () => ReadonlySet<string>) => void
  /** Notes that the stream ended. The node may have applied what it has not answered. */
  readonly leave: (
    unacked: Iterable<{ readonly typeUrl: string; readonly names: ReadonlySet<string> }>,
  ) => void
}

function isLogged({ left, open }: NodeEntry, typeUrl: string, name: string): boolean {
  return left.hasLogged(typeUrl, name) || [...open].some((one) => one.hasLogged(typeUrl, name))
}
