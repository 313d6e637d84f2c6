// Values of a switch that its declaration has as examples.

import type { SchemaParts } from '../../control-plane/document/schema-parts.ts'

/** The example of the whole switch. For a choice, another than the default. */
export function exampleOf(schema: SchemaParts): unknown {
  return schema.examples?.[0] ?? choiceOf(schema) ?? everyExample(schema)
}

/** The same with every property written, each as in its own example. */
export function everyExample(schema: SchemaParts): unknown {
  const { properties, items, examples } = schema
  if (properties !== undefined) {
    const entries = Object.entries(properties).map(([name, one]) => [name, everyExample(one)] as const)
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  }
  if (items !== undefined && examples === undefined) return [everyExample(items)]
  return examples?.[0] ?? choiceOf(schema)
}

function choiceOf({ enum: choices, const: only, type, default: fallback }: SchemaParts): unknown {
  if (only !== undefined) return only
  if (type === 'boolean') return fallback !== true
  return choices?.find((choice) => choice !== fallback)
}
