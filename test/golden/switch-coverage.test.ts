// Every field of a document is set in a golden document, and every default is in effect in another one. A golden that sets it
// has the field of Envoy that the reference names.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'
import { GOLDEN_FOLDER, IN, namesOf, OUT, readCase } from './goldens.ts'
import { stepsOf, valuesAt } from './values-at.ts'

const CASES = namesOf(GOLDEN_FOLDER, IN).map((name) => readCase(GOLDEN_FOLDER, name))

const FIELDS = new Map(describeSchema(ConfigSchema).map((field) => [field.path, field]))

/** If a switch with a default is not set, its properties have their defaults too. */
function unwrittenParents(path: string): readonly unknown[] {
  const parent = stepsOf(path).slice(0, -1).join('.')
  return FIELDS.get(parent)?.default === undefined ? [] : CASES.flatMap((config) => valuesAt(config, parent))
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
    const values = CASES.flatMap((config) => valuesAt(config, path))
    t.ok(
      values.some((value) => value !== undefined),
      'set',
    )
    if (hasDefault)
      t.ok([...values, ...unwrittenParents(path)].includes(undefined), 'the default is in effect')
    if (envoyField !== undefined) {
      const isWritten = ({ config }: (typeof OUTPUTS)[number]) =>
        valuesAt(config, path).some((value) => value !== undefined)
      const shown = OUTPUTS.filter(isWritten).some(({ text }) => text.includes(shownAs(envoyField)))
      t.ok(shown, `a document with it gives ${envoyField}`)
    }
    if (path.endsWith('.enabled')) t.ok(values.includes(false) && values.includes(true), 'on and off')
  })
}
