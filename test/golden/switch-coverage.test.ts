// Every switch, and every field of its settings, is written in a golden; and every default is in effect in another one.

import t from 'tap'
import { switchRows } from '../house/switch-table.ts'
import { GOLDEN_FOLDER, IN, namesOf, readCase } from './goldens.ts'

const CASES = namesOf(GOLDEN_FOLDER, IN).map((name) => readCase(GOLDEN_FOLDER, name))

/** What stands at a path with `*` for any name, in each place that exists; undefined where only the last field is missing. */
function valuesAt(value: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  const entries: Readonly<Record<string, unknown>> = { ...value }
  if (step === '*') return Object.values(entries).flatMap((one) => valuesAt(one, rest))
  if (rest.length > 0 && entries[step] === undefined) return []
  return valuesAt(entries[step], rest)
}

const PATHS = new Map(switchRows().map((row) => [row.path, row]))

/** A property has its default too where the whole switch has one, and is not written. */
function unwrittenParents(path: string): readonly unknown[] {
  const steps = path.split('.').slice(0, -1)
  const parent = PATHS.get(steps.join('.'))
  return parent && 'default' in parent.schema ? CASES.flatMap((config) => valuesAt(config, steps)) : []
}

for (const [path, { schema }] of PATHS) {
  t.test(`${path} is written in a golden${'default' in schema ? ', and not in another' : ''}`, async (t) => {
    const values = CASES.flatMap((config) => valuesAt(config, path.split('.')))
    t.ok(
      values.some((value) => value !== undefined),
      'written',
    )
    if ('default' in schema)
      t.ok([...values, ...unwrittenParents(path)].includes(undefined), 'the default is in effect')
    if (path.endsWith('.enabled')) t.ok(values.includes(false) && values.includes(true), 'on and off')
  })
}
