// The example of a switch with as many more of its properties as fit together.

import type { SchemaParts } from '../../control-plane/document/schema-parts.ts'
import { everyExample } from './full-example.ts'

type Entries = Readonly<Record<string, unknown>>

/**
 * Adds the examples of properties one after the other, those of a property that is there too. Some of them exclude each other: what
 * is not accepted is left out.
 */
export function growExample(
  schema: SchemaParts,
  start: unknown,
  isAccepted: (value: unknown) => boolean,
): unknown {
  const { properties } = schema
  if (properties === undefined || typeof start !== 'object' || start === null) return start
  let grown = start as Entries
  for (const [name, one] of Object.entries(properties)) {
    const withProperty = (value: unknown) => ({ ...grown, [name]: value })
    const fits = (value: unknown) => isAccepted(withProperty(value))
    const before = grown[name]
    if (before !== undefined) {
      grown = withProperty(growExample(one, before, fits))
      continue
    }
    const example = everyExample(one)
    if (example !== undefined && fits(example)) grown = withProperty(example)
    // Not all of it fits, but a part may.
    else if (one.properties !== undefined && fits({})) grown = withProperty(growExample(one, {}, fits))
  }
  return grown
}

/** Copies of a value in which one thing is another, whether or not they are valid. */
export function variationsOf(value: unknown, choices: readonly unknown[] = []): readonly unknown[] {
  if (choices.length > 0) return choices.filter((choice) => choice !== value)
  if (typeof value === 'number') return [value + 1, value - 1]
  if (typeof value === 'boolean') return [!value]
  // A longer duration, or another name.
  if (typeof value === 'string') return [`1${value}`, `${value}2`]
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => variationsOf(item).map((other) => value.with(index, other)))
  }
  const entries = Object.entries(value ?? {})
  return entries.flatMap(([name, one]) =>
    variationsOf(one).map((other) => ({ ...Object.fromEntries(entries), [name]: other })),
  )
}
