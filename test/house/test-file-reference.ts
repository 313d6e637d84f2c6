// The reference of test files of `yard test` as Markdown: a table for each part, generated from the schema.

import { type DescribedField, describeSchema } from '../../control-plane/document/describe-schema.ts'
import { SuiteSchema } from '../../policy-tests/suite/suite-schema.ts'

/** The parts of the page: the path that their fields begin with, in the order of the page. */
const PARTS: readonly (readonly [path: string, title: string])[] = [
  ['', 'Top level'],
  ['callers.*', 'Callers'],
  ['callers.*.token', 'Tokens'],
  ['callers.*.certificate', 'Certificates'],
  ['calls.*', 'Calls'],
  ['calls.*.backend', 'What the upstream does'],
  ['expect.*.*', 'Expectations'],
]

export function testFileReference(): string {
  const fields = describeSchema(SuiteSchema)
  return PARTS.map(([part, title]) => {
    const prefix = part === '' ? '' : `${part}.`
    const rows = fields.filter(({ path }) => path.startsWith(prefix) && isName(path.slice(prefix.length)))
    const where = part === '' ? [] : [`Of \`${part}\`:`]
    return [`## ${title}`, ...where, tableOf(rows, prefix)].join('\n\n')
  }).join('\n\n')
}

/** The fields of a part directly in it: neither names of a map, nor items of a list, nor the fields of a part of its own. */
function isName(path: string): boolean {
  return /^\w+$/.test(path)
}

function tableOf(rows: readonly DescribedField[], prefix: string): string {
  const lines = rows.map(({ path, type, required, description }) => {
    const text = description.replaceAll('|', '\\|').replace(/[*_]/g, '\\$&')
    return `| \`${path.slice(prefix.length)}\` | ${type} | ${required ? 'required' : ''} | ${text} |`
  })
  return ['| field | type |  | what it is |', '| --- | --- | --- | --- |', ...lines].join('\n')
}
