// The command without a testbed: its help, its flags, and what it ends with.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { runYard } from '../test/support/yard-process.ts'
import { EXIT_CODES } from './exit-code.ts'

const VERBS = 'demo up status get apply set lb call history issue certs token'.split(' ')

t.test('every verb has help with examples, and a section in docs/yard.md', async (t) => {
  const folder = t.testdir()
  const document = readFileSync(new URL('../docs/yard.md', import.meta.url), 'utf8')
  const { code, stdout } = await runYard(t, folder, '--help')
  t.equal(code, 0)
  for (const verb of VERBS) {
    t.match(stdout, new RegExp(`^  ${verb} `, 'm'))
    t.match(document, new RegExp(`^## \`yard ${verb}`, 'm'), verb)
    t.match(await runYard(t, folder, verb, '--help'), { code: 0, stdout: /\nExamples:\n {2}yard / }, verb)
  }
})

t.test('docs/yard.md has a row for each exit code', async (t) => {
  const document = readFileSync(new URL('../docs/yard.md', import.meta.url), 'utf8')
  const rows = [...document.matchAll(/^\| (\d+) +\| (\S.*?) +\|$/gm)]
  const documented = new Map(rows.map(([, code, what = '']) => [Number(code), what]))
  for (const [name, code] of Object.entries(EXIT_CODES)) t.match(documented.get(code), `\`${name}\``)
  t.same([...documented.keys()], [0, 1, 2, 3, 4, 5, 130, 143])
})

const CASES = [
  ['no verb', [], 2, /Usage: yard/],
  ['an unknown verb', ['dance'], 2, /unknown command 'dance'/],
  ['calls that are no number', ['demo', '--calls', 'many'], 2, /whole number of at least 1, not "many"/],
  ['a port that is none', ['up', '--port', '70000'], 2, /from 0 to 65535, not "70000"/],
  ['a fleet without a size', ['up', '--fleet', 'edge'], 2, /such as edge=3, not "edge"/],
  ['a protocol that is none', ['up', '--protocol', 'rest'], 2, /Allowed choices are delta, sotw/],
  ['a mode that is none', ['lb', 'edge', 'l5'], 2, /Allowed choices are l4, l7/],
  ['a header that is none', ['call', 'edge', '--header', 'X=1'], 2, /such as x-tenant=blue, not "X=1"/],
  ['a format that is none', ['status', '-o', 'xml'], 2, /Allowed choices are table, json, yaml/],
  ['a file that is not there', ['apply', '-f', '/nonexistent.yaml'], 2, /\/nonexistent\.yaml cannot be read/],
  ['an assignment that is none', ['set', 'fleets'], 2, /fleets: is no PATH=VALUE/],
  ['no control plane', ['get'], 3, /no control plane is up here: start one with "yard up"/],
  ['no control plane at the address', ['status', '--admin', 'http://127.0.0.1:1'], 3, /nothing answers at/],
] as const

for (const [title, args, code, says] of CASES) {
  t.test(`${title} ends with ${code}`, async (t) => {
    const { stdout, ...ended } = await runYard(t, t.testdir(), ...args)
    t.match(ended, { code, output: says })
    t.equal(stdout, '', 'standard output is for what was asked')
  })
}
