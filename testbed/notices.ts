// What the Envoys of a testbed warn about, each text once with the number of times.

import type { EnvoyNotice } from '../envoy-bootstrap/notice.ts'

export interface NodeNotice extends EnvoyNotice {
  readonly node: string
  readonly count: number
  /** When it was logged last, in ISO 8601. */
  readonly last: string
}

/** An Envoy may put a changing number into its texts. */
const MOST_TEXTS = 50

/** While the control plane is gone, Envoy repeats a text with another time. */
const TIME = / since \d+s ago/

export class Notices {
  readonly #byNode = new Map<string, Map<string, NodeNotice>>()
  readonly #listeners: ((notice: NodeNotice) => void)[] = []
  readonly #changeListeners: (() => void)[] = []

  /** Calls `listener` when a text comes the first, the tenth, the hundredth time, and so on. */
  onNotice(listener: (notice: NodeNotice) => void): void {
    this.#listeners.push(listener)
  }

  /** Calls `listener` after each notice. */
  onChange(listener: () => void): void {
    this.#changeListeners.push(listener)
  }

  add(node: string, notice: EnvoyNotice): void {
    const texts = this.#byNode.get(node) ?? new Map<string, NodeNotice>()
    this.#byNode.set(node, texts)
    const key = `${notice.level} ${notice.component} ${notice.text.replace(TIME, '')}`
    const count = (texts.get(key)?.count ?? 0) + 1
    const counted = { node, ...notice, count, last: new Date().toISOString() }
    // The newest is the last one, so the first one may go.
    texts.delete(key)
    texts.set(key, counted)
    const [oldest] = texts.keys()
    if (texts.size > MOST_TEXTS && oldest !== undefined) texts.delete(oldest)
    for (const listener of this.#changeListeners) listener()
    if (Number.isInteger(Math.log10(count))) for (const listener of this.#listeners) listener(counted)
  }

  /** Of all nodes, each node's newest last. */
  list(): readonly NodeNotice[] {
    return [...this.#byNode.values()].flatMap((texts) => [...texts.values()])
  }
}

/** A line for people. */
export function describeNotice({ node, level, component, text, count }: NodeNotice): string {
  return `Envoy ${node} ${level}, ${component}: ${text}${count > 1 ? ` (${count} times)` : ''}`
}
