// Values at paths of the document, and merge patches from assignments.

import { parse } from 'yaml'
import { formatPath, parsePath } from '../../core/document-path.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'

type Json = unknown

/** The value at a path of a document. @throws SwitchyardError `not-found` that lists the entries there */
export function valueAt(document: Json, path: string): Json {
  let value = document
  const seen: string[] = []
  for (const name of parsePath(path)) {
    const entries = isMap(value) ? value : {}
    if (!Object.hasOwn(entries, name)) {
      const here = seen.length === 0 ? 'the document' : `"${formatPath(seen)}"`
      const known = Object.keys(entries).join(', ') || 'nothing'
      throw new SwitchyardError('not-found', `no "${name}" in ${here}. Use one of: ${known}`)
    }
    value = entries[name]
    seen.push(name)
  }
  return value
}

/** Every leaf of a value, with its path below `prefix`. */
export function leavesOf(value: Json, prefix: readonly string[] = []): readonly (readonly [string, Json])[] {
  if (!isMap(value) || Object.keys(value).length === 0) return [[formatPath(prefix), value]]
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...prefix, name]))
}

/**
 * The merge patch of assignments such as `fleets.edge.lb.mode=l7`. A value is read as YAML; `null` removes.
 * @throws SwitchyardError `invalid-argument` with all invalid assignments
 */
export function toMergePatch(assignments: readonly string[]): Json {
  const patch = emptyMap()
  const problems = assignments.flatMap((assignment) => {
    const [, path, text] = /^((?:[^="]|"[^"]*")+)=(.*)$/s.exec(assignment) ?? []
    if (path === undefined)
      return [{ path: assignment, message: 'is not PATH=VALUE: write one such as fleets.edge.lb.mode=l7' }]
    try {
      assign(patch, parsePath(path), parse(text ?? ''))
      return []
    } catch (error) {
      return [{ path, message: `has a value that is not YAML: ${(error as Error).message}` }]
    }
  })
  if (problems.length === 0) return patch
  throw new SwitchyardError('invalid-argument', 'invalid assignments:', { problems })
}

function assign(target: Record<string, Json>, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    target[name] = value
    return
  }
  const inner = target[name]
  const next = isMap(inner) ? inner : emptyMap()
  target[name] = next
  assign(next, rest, value)
}

/** Without a prototype, so that "__proto__" is an ordinary name. */
function emptyMap(): Record<string, Json> {
  return Object.create(null)
}
