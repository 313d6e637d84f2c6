// Finds the limit of a descriptor: the node of the rules that its entries lead to, all of them and in their order.

import { exactly, type Level, type Limit, type Node, type Rules } from './rules.ts'

export interface Entry {
  readonly key: string
  readonly value: string
}

export interface FoundLimit {
  readonly limit: Limit
  /** As in `Node`. */
  readonly name: string
  /** What hits are counted by: equal for descriptors that share a count. */
  readonly countKey: string
}

/** @returns undefined if no rule limits the descriptor: the rules of the parts of it do not count */
export function findLimit(
  { domains }: Rules,
  domain: string,
  entries: readonly Entry[],
): FoundLimit | undefined {
  let level: Level | undefined = domains.get(domain)
  let node: Node | undefined
  const counted: string[] = [domain]
  for (const { key, value } of entries) {
    const found = level && findNode(level, key, value)
    if (found === undefined) return undefined
    node = found.node
    level = node.below
    counted.push(key, found.counted)
  }
  return node?.limit && { limit: node.limit, name: node.name, countKey: JSON.stringify(counted) }
}

function findNode(
  { exact, prefixes, any }: Level,
  key: string,
  value: string,
): { readonly node: Node; readonly counted: string } | undefined {
  const whole = exact.get(exactly(key, value))
  if (whole) return { node: whole, counted: value }
  const [beginning, begins] = prefixes.get(key)?.find(([start]) => value.startsWith(start)) ?? []
  if (begins) return { node: begins, counted: begins.isShared ? `${beginning}*` : value }
  const open = any.get(key)
  return open && { node: open, counted: value }
}
