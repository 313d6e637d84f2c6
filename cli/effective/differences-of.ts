// Where two JSON values differ, field by field.

import type { JsonValue } from '@bufbuild/protobuf'

export interface Difference {
  /** Such as `virtualHosts[0].domains[1]`; empty for the whole value. */
  readonly path: string
  /** Undefined if only the other side has the field. */
  readonly served?: JsonValue
  readonly has?: JsonValue
}

/** In the order of the fields. None if the values are equal. */
export function differencesOf(
  served: JsonValue | undefined,
  has: JsonValue | undefined,
  path = '',
): readonly Difference[] {
  if (Array.isArray(served) && Array.isArray(has)) {
    return indexes(Math.max(served.length, has.length)).flatMap((index) =>
      differencesOf(served[index], has[index], `${path}[${index}]`),
    )
  }
  if (isObject(served) && isObject(has)) {
    const names = new Set([...Object.keys(served), ...Object.keys(has)])
    return [...names].flatMap((name) =>
      differencesOf(served[name], has[name], path === '' ? name : `${path}.${name}`),
    )
  }
  if (served === has) return []
  return [{ path, ...(served !== undefined && { served }), ...(has !== undefined && { has }) }]
}

function indexes(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}

function isObject(value: JsonValue | undefined): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
