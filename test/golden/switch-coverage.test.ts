// Every field of a document is set in a golden document, and every default is in effect in another one. A golden that sets it
// has the field of Envoy that the reference names.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'
import { GOLDEN_FOLDER, IN, namesOf, OUT, readCase } from './goldens.ts'

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

const OUTPUTS = namesOf(GOLDEN_FOLDER, OUT).map((name) => ({
  config: readCase(GOLDEN_FOLDER, name),
  text: readFileSync(join(GOLDEN_FOLDER, name + OUT), 'utf8'),
}))

/** How the JSON of a resource shows a field of Envoy's API, or a message without a field. */
function shownAs(envoyField: string): string {
  const [message = '', ...fields] = envoyField.split('.')
  const last = fields.at(-1)
  return last === undefined
    ? `.${message}\n`
    : `${last.replace(/_./g, ([, letter = '']) => letter.toUpperCase())}:`
}

for (const [path, { default: fallback, envoyField }] of FIELDS) {
  const hasDefault = fallback !== undefined
  t.test(`${path} is set in a golden document${hasDefault ? ', and not in another' : ''}`, async (t) => {
    const values = CASES.flatMap((config) => valuesAt(config, stepsOf(path)))
    t.ok(
      values.some((value) => value !== undefined),
      'set',
    )
    if (hasDefault)
      t.ok([...values, ...unwrittenParents(path)].includes(undefined), 'the default is in effect')
    if (envoyField !== undefined) {
      const isWritten = ({ config }: (typeof OUTPUTS)[number]) =>
        valuesAt(config, stepsOf(path)).some((value) => value !== undefined)
      const shown = OUTPUTS.filter(isWritten).some(({ text }) => text.includes(shownAs(envoyField)))
      t.ok(shown, `a document with it gives ${envoyField}`)
    }
    if (path.endsWith('.enabled')) t.ok(values.includes(false) && values.includes(true), 'on and off')
  })
}
