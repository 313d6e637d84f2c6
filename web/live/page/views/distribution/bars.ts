// Calls by backend as bars: now, and before the last flip.

import { isObject, valueAt } from '../../document/json-patch.ts'
import type { Json } from '../../store/state.ts'
import { type Evenness, evennessOf } from './evenness.ts'

/** Calls, or open connections, to one backend. */
export interface Row {
  readonly upstream: string
  readonly endpoint?: string
  readonly address?: string
  readonly calls: number
  readonly errors: number
}

export interface Backend {
  readonly name: string
  readonly address: string | undefined
  readonly weight: number
  /** From 1; its color in every view. */
  readonly color: number
}

export interface Bar extends Backend {
  readonly calls: number
  readonly errors: number
  /** Of the calls to the upstream, 0 to 1. */
  readonly share: number
  /** The share before the flip; undefined if there were no calls. */
  readonly before: number | undefined
}

export interface Bars {
  readonly upstream: string
  readonly calls: number
  readonly errors: number
  readonly bars: readonly Bar[]
  readonly evenness: Evenness
}

const COLORS = 8

/** The endpoints of an upstream in the document, in its order. */
export function backendsOf(document: Json | undefined, upstream: string): readonly Backend[] {
  const endpoints = valueAt(document, ['upstreams', upstream, 'endpoints'])
  if (!isObject(endpoints)) return []
  return Object.entries(endpoints).map(([name, endpoint], index) => ({
    name,
    address: textAt(endpoint, 'address'),
    weight: weightOf(endpoint),
    color: (index % COLORS) + 1,
  }))
}

/**
 * One group of bars for each upstream that has calls, before or now, the busiest first.
 * @param unit what is counted, in the singular
 */
export function barsOf(
  document: Json | undefined,
  before: readonly Row[],
  now: readonly Row[],
  unit?: string,
): readonly Bars[] {
  const rows = Map.groupBy(now, ({ upstream }) => upstream)
  const earlier = Map.groupBy(before, ({ upstream }) => upstream)
  const all = [...new Set([...rows.keys(), ...earlier.keys()])].map((upstream) =>
    barsOfUpstream(document, upstream, earlier.get(upstream) ?? [], rows.get(upstream) ?? [], unit),
  )
  return all.toSorted((a, b) => b.calls - a.calls)
}

function barsOfUpstream(
  document: Json | undefined,
  upstream: string,
  before: readonly Row[],
  now: readonly Row[],
  unit: string | undefined,
): Bars {
  const known = backendsOf(document, upstream)
  const backends = [...known, ...unknownBackends(known, [...before, ...now])]
  const total = sum(now, ({ calls }) => calls)
  const totalBefore = sum(before, ({ calls }) => calls)
  const bars = backends.map((backend): Bar => {
    const own = now.filter((row) => isOf(row, backend))
    const calls = sum(own, (row) => row.calls)
    const earlier = sum(
      before.filter((row) => isOf(row, backend)),
      (row) => row.calls,
    )
    return {
      ...backend,
      calls,
      errors: sum(own, ({ errors }) => errors),
      share: total === 0 ? 0 : calls / total,
      before: totalBefore === 0 ? undefined : earlier / totalBefore,
    }
  })
  return {
    upstream,
    calls: total,
    errors: sum(now, ({ errors }) => errors),
    bars,
    evenness: evennessOf(bars, unit),
  }
}

export function isOf(
  { endpoint, address }: Pick<Row, 'endpoint' | 'address'>,
  { name, address: own }: Backend,
): boolean {
  if (endpoint !== undefined) return endpoint === name
  return address === undefined ? name === OTHERS : address === own || address === name
}

/** Calls that clients do not report by endpoint. */
const OTHERS = 'not told apart'

/** Endpoints that the document does not name: resolved by DNS, or removed meanwhile. */
function unknownBackends(known: readonly Backend[], rows: readonly Row[]): readonly Backend[] {
  const names = new Set<string>()
  for (const row of rows) {
    if (!known.some((backend) => isOf(row, backend))) names.add(row.endpoint ?? row.address ?? OTHERS)
  }
  return [...names].map((name, index) => ({
    name,
    address: undefined,
    weight: 1,
    color: ((known.length + index) % COLORS) + 1,
  }))
}

function weightOf(endpoint: Json): number {
  const weight = isObject(endpoint) ? endpoint.weight : undefined
  const isDraining = isObject(endpoint) && endpoint.state !== undefined && endpoint.state !== 'active'
  if (isDraining) return 0
  return typeof weight === 'number' ? weight : 1
}

function textAt(value: Json, name: string): string | undefined {
  const text = isObject(value) ? value[name] : undefined
  return typeof text === 'string' ? text : undefined
}

function sum<T>(list: readonly T[], read: (one: T) => number): number {
  return list.reduce((total, one) => total + read(one), 0)
}
