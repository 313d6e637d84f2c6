// Paths in the document, as error messages have them: `fleets.edge.lb.mode`, `upstreams["a.b"]`.

import { parse } from 'yaml'
import { SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'

type Json = unknown

const STEP = /\.?([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy

/** The steps of a path. @throws SwitchyardError `invalid-argument` for an invalid path */
export function parsePath(text: string): readonly string[] {
  const steps: string[] = []
  STEP.lastIndex = 0
  let end = 0
  for (let found = STEP.exec(text); found !== null; found = STEP.exec(text)) {
    const [, name, index, quoted] = found
    steps.push(name ?? index ?? JSON.parse(quoted ?? '""'))
    end = STEP.lastIndex
  }
  if (end === text.length && steps.length > 0) return steps
  throw new SwitchyardError(
    'invalid-argument',
    `"${text}" is not a path (from "${text.slice(end)}" on): write fleets.edge.lb or upstreams["a.b"].endpoints`,
  )
}

/** The inverse of `parsePath`. */
export function formatPath(steps: readonly string[]): string {
  return steps.reduce((path, step) => {
    if (!/^[\w-]+$/.test(step)) return `${path}[${JSON.stringify(step)}]`
    return path === '' ? step : `${path}.${step}`
  }, '')
}

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
    if (path === undefined) return [{ path: assignment, message: 'is not PATH=VALUE' }]
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
