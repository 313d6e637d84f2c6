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
  const [earlier, current] = [totalsOf(before), totalsOf(now)]
  const backends = [...known, ...unknownBackends(known, [...earlier.keys(), ...current.keys()])]
  const all = sumOf([...current.values()])
  const callsBefore = sumOf([...earlier.values()]).calls
  const bars = backends.map((backend): Bar => {
    const own = totalOf(current, backend)
    return {
      ...backend,
      ...own,
      share: all.calls === 0 ? 0 : own.calls / all.calls,
      before: callsBefore === 0 ? undefined : totalOf(earlier, backend).calls / callsBefore,
    }
  })
  return { upstream, ...all, bars, evenness: evennessOf(bars, unit) }
}

type Total = Pick<Row, 'calls' | 'errors'>
/** By the name of the endpoint, else its address. */
type Totals = ReadonlyMap<string, Total>

/** Calls that clients do not report by endpoint. */
const OTHERS = 'not told apart'

/** One pass over the rows: with many nodes there are thousands. */
function totalsOf(rows: readonly Row[]): Totals {
  const totals = new Map<string, Total>()
  for (const row of rows) {
    const key = row.endpoint ?? row.address ?? OTHERS
    totals.set(key, sumOf([totals.get(key) ?? NONE, row]))
  }
  return totals
}

const NONE: Total = { calls: 0, errors: 0 }

function totalOf(totals: Totals, { name, address }: Backend): Total {
  const byAddress = address === undefined || address === name ? NONE : (totals.get(address) ?? NONE)
  return sumOf([totals.get(name) ?? NONE, byAddress])
}

function sumOf(all: readonly Total[]): Total {
  let [calls, errors] = [0, 0]
  for (const one of all) {
    calls += one.calls
    errors += one.errors
  }
  return { calls, errors }
}

/** Endpoints that the document does not name: resolved by DNS, or removed meanwhile. */
function unknownBackends(known: readonly Backend[], keys: readonly string[]): readonly Backend[] {
  const names = new Set(keys)
  for (const { name, address = name } of known) {
    names.delete(name)
    names.delete(address)
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
