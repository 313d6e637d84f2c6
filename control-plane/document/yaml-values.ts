// What a YAML text can write and a document cannot have: aliases of nothing, aliases that expand too far, infinite numbers.

import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml'
import { MAX_NESTING, TOO_DEEP } from './nesting.ts'
import { shorten } from './problem.ts'

/** What is wrong with the text, by its place. */
export interface TextProblem {
  readonly offset: number
  readonly message: string
}

/** The parser looks for the anchor of each alias among all of them. */
export const MAX_ALIASES = 1_000
export const TOO_MANY_ALIASES = `has more than ${MAX_ALIASES} aliases: write values instead`
/** Of the document with all aliases written out. */
const MAX_VALUES = 1_000_000

/** The size of a node with its aliases written out. */
interface Extent {
  readonly values: number
  readonly levels: number
}

const ONE: Extent = { values: 1, levels: 0 }

class ValueProblems {
  readonly problems: TextProblem[] = []
  readonly #anchors = new Map<string, Extent>()

  /** Its recursion ends, because the text itself is not nested deeper than `MAX_NESTING`. */
  measure(node: Node | null | undefined): Extent {
    if (node === null || node === undefined) return ONE
    if (isAlias(node)) return this.#measureAlias(node.source, offsetOf(node))
    const extent = isMap<Node, Node | null>(node)
      ? around(node.items.flatMap(({ key, value }) => [this.measure(key), this.measure(value)]))
      : isSeq<Node>(node)
        ? around(node.items.map((item) => this.measure(item)))
        : ONE
    if (isMap<Node, Node | null>(node)) this.#checkKeys(node.items)
    this.#checkNumber(node)
    // Only now: an alias inside would mean the node itself.
    if ('anchor' in node && node.anchor !== undefined) this.#anchors.set(node.anchor, extent)
    return extent
  }

  #measureAlias(source: string, offset: number): Extent {
    const extent = this.#anchors.get(source)
    if (extent !== undefined) return extent
    this.problems.push({ offset, message: `there is no anchor &${source} before this alias` })
    return ONE
  }

  #checkKeys(items: readonly { readonly key: Node }[]): void {
    const seen = new Set<unknown>()
    for (const { key } of items) {
      if (!isScalar(key)) continue
      if (seen.has(key.value))
        this.problems.push({ offset: offsetOf(key), message: 'is here twice: remove one of the two' })
      seen.add(key.value)
    }
  }

  #checkNumber(node: Node): void {
    if (!isScalar(node) || typeof node.value !== 'number' || Number.isFinite(node.value)) return
    const message = `${shorten(node.source ?? '')} is not a number that a document can have`
    this.problems.push({ offset: offsetOf(node), message })
  }
}

export function findValueProblems(contents: Node | null): readonly TextProblem[] {
  const found = new ValueProblems()
  const { values, levels } = found.measure(contents)
  const atStart = (message: string) => found.problems.push({ offset: 0, message })
  if (values > MAX_VALUES)
    atStart(`has more than ${MAX_VALUES} values with its aliases written out: use fewer`)
  if (levels > MAX_NESTING) atStart(TOO_DEEP)
  return found.problems
}

function around(inner: readonly Extent[]): Extent {
  return {
    values: inner.reduce((sum, { values }) => sum + values, 1),
    levels: inner.reduce((most, { levels }) => Math.max(most, levels), 0) + 1,
  }
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}
