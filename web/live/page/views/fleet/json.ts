// Reading proto JSON whose shape the page knows in part only.

import { isMap } from '../../../../../core/plain-map.ts'

/** The value at a path; undefined as soon as a step is absent. */
export function at(value: unknown, ...steps: readonly string[]): unknown {
  return steps.reduce<unknown>((inner, step) => (isMap(inner) ? inner[step] : undefined), value)
}

export function textAt(value: unknown, ...steps: readonly string[]): string | undefined {
  const found = at(value, ...steps)
  return typeof found === 'string' ? found : undefined
}

/** A number, or the text of one, as proto JSON writes 64-bit integers. */
export function numberAt(value: unknown, ...steps: readonly string[]): number | undefined {
  const found = at(value, ...steps)
  return typeof found === 'number' || typeof found === 'string' ? Number(found) : undefined
}

export function listAt(value: unknown, ...steps: readonly string[]): readonly unknown[] {
  const found = at(value, ...steps)
  return Array.isArray(found) ? found : []
}

/** Every map in a value, itself included, outermost first. */
export function* mapsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (Array.isArray(value)) {
    for (const item of value) yield* mapsIn(item)
  } else if (isMap(value)) {
    yield value
    for (const inner of Object.values(value)) yield* mapsIn(inner)
  }
}

/** Whether a packed message is of this type, such as `TcpProxy`. */
export function isPacked(map: Readonly<Record<string, unknown>>, message: string): boolean {
  return String(map['@type'] ?? '').endsWith(`.${message}`)
}
