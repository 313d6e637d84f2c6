// Paths in the document, as error messages have them: `fleets.edge.lb.mode`, `upstreams["a.b"]`.

import { SwitchyardError } from './errors.ts'

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
