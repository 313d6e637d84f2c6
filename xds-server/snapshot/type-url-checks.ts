// Checks of values that a caller gives by type URL. Under another text they would have no effect, and nobody would notice.

import { type Check, isObject, OBJECT, valueWhere } from '../../core/option-checks.ts'
import { canonicalTypeUrl, isTypeUrl } from './resource-type.ts'

const TYPE_URL = valueWhere(
  isWithAnyHost,
  'a type URL: use CLUSTER, another constant of the library, or typeUrlOf(SCHEMA)',
)

/** An object whose keys are type URLs. `check` looks at each value. */
export function byTypeUrl(check: Check): Check {
  return (given, path) => {
    const problems = OBJECT(given, path)
    if (problems.length > 0) return problems
    return Object.entries(given as object).flatMap(([typeUrl, value]) =>
      isWithAnyHost(typeUrl) ? check(value, `${path}["${typeUrl}"]`) : TYPE_URL(typeUrl, path),
    )
  }
}

/** Whether the value has the name of a resource, and its type. */
export function hasTypedName(value: unknown): value is { readonly typeUrl: string; readonly name: string } {
  if (!isObject(value)) return false
  const { typeUrl, name } = value as { readonly typeUrl?: unknown; readonly name?: unknown }
  return typeof name === 'string' && isWithAnyHost(typeUrl)
}

function isWithAnyHost(text: unknown): text is string {
  return typeof text === 'string' && isTypeUrl(canonicalTypeUrl(text))
}
