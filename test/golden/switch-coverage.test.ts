// Every field of a document is set in a golden document, and every default is in effect in another one.

import t from 'tap'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'
import { GOLDEN_FOLDER, IN, namesOf, readCase } from './goldens.ts'

const CASES = namesOf(GOLDEN_FOLDER, IN).map((name) => readCase(GOLDEN_FOLDER, name))

/** The values at a path; `*` matches any name. A value is undefined if only the last field is missing. */
function valuesAt(value: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  const entries: Readonly<Record<string, unknown>> = { ...value }
  if (step === '*') return Object.values(entries).flatMap((one) => valuesAt(one, rest))
  if (rest.length > 0 && entries[step] === undefined) return []
  return valuesAt(entries[step], rest)
}

const FIELDS = new Map(describeSchema(ConfigSchema).map((field) => [field.path, field]))

/** If a switch with a default is not set, its properties have their defaults too. */
function unwrittenParents(path: string): readonly unknown[] {
  const steps = stepsOf(path).slice(0, -1)
  return FIELDS.get(steps.join('.'))?.default === undefined
    ? []
    : CASES.flatMap((config) => valuesAt(config, steps))
}

/** The items of a list are like the entries of a map, and `lb` of an upstream like that of a fleet. */
function stepsOf(path: string): readonly string[] {
  return path.replaceAll('[]', '.*').replace('upstreams.*.lb.', '*.*.lb.').split('.')
}

for (const [path, { default: fallback }] of FIELDS) {
  const hasDefault = fallback !== undefined
  t.test(`${path} is set in a golden document${hasDefault ? ', and not in another' : ''}`, async (t) => {
    const values = CASES.flatMap((config) => valuesAt(config, stepsOf(path)))
    t.ok(
      values.some((value) => value !== undefined),
      'set',
    )
    if (hasDefault)
      t.ok([...values, ...unwrittenParents(path)].includes(undefined), 'the default is in effect')
    if (path.endsWith('.enabled')) t.ok(values.includes(false) && values.includes(true), 'on and off')
  })
}
