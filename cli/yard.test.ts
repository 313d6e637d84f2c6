// The command without a testbed: help, flags and exit codes.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { runYard } from '../test/support/yard-process.ts'
import { EXIT_CODES } from './exit-code.ts'

t.test('every verb has help with examples, and a section in docs/yard.md', async (t) => {
  const folder = testFolder(t)
  const document = readFileSync(new URL('../docs/yard.md', import.meta.url), 'utf8')
  const { code, stdout } = await runYard(t, folder, '--help')
  t.equal(code, 0)
  const [, commands = ''] = /\nCommands:\n([\s\S]*?)\n\n/.exec(stdout) ?? []
  const verbs = [...commands.matchAll(/^ {2}(?!help)([a-z]+) /gm)].map(([, verb = '']) => verb)
  t.ok(verbs.length >= 24, verbs.join(' '))
  for (const verb of verbs) {
    t.match(document, new RegExp(`^## \`yard ${verb}`, 'm'), verb)
    t.match(
      await runYard(t, folder, verb, '--help'),
      { code: 0, stdout: /\nExamples:\n(?: {2}.*\n)*? {2}yard / },
      verb,
    )
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
  ['calls that are not a number', ['demo', '--calls', 'many'], 2, /whole number of at least 1, not "many"/],
  ['an invalid port', ['up', '--port', '70000'], 2, /from 0 to 65535, not "70000"/],
  ['a fleet without a size', ['up', '--fleet', 'edge'], 2, /such as edge=3, or .* not "edge"/],
  ['an unknown protocol', ['up', '--protocol', 'rest'], 2, /Allowed choices are delta, sotw/],
  ['an unknown mode', ['lb', 'edge', 'l5'], 2, /Allowed choices are l4, l7/],
  ['an invalid header', ['call', 'edge', '--header', 'X=1'], 2, /such as x-tenant=blue, not "X=1"/],
  ['an unknown format', ['status', '-o', 'xml'], 2, /Allowed choices are table, json, yaml/],
  ['a missing file', ['apply', '-f', '/nonexistent.yaml'], 2, /cannot read \/nonexistent\.yaml/],
  ['an invalid assignment', ['set', 'fleets'], 2, /fleets: is not PATH=VALUE/],
  ['no control plane', ['get'], 3, /no control plane is running here: start one with "yard up"/],
  [
    'no testbed to call',
    ['call', 'edge'],
    3,
    /no testbed is running here: .*"yard up".* with --to HOST:PORT/,
  ],
  ['no testbed to kill in', ['kill', 'b1'], 3, /no testbed is running here: start one with "yard up"/],
  ['no testbed with tokens', ['token'], 3, /no testbed is running here: .*"yard serve" with --file FILE/],
  ['no testbed with an issuer', ['issue'], 3, /no testbed is running here: .*"yard up --security"/],
  ['no control plane at the address', ['status', '--admin', 'http://127.0.0.1:1'], 3, /nothing answers at/],
  [
    'no control plane at HOST:PORT',
    ['status', '--admin', '127.0.0.1:1'],
    3,
    /nothing answers at http:\/\/127/,
  ],
  [
    'an invalid address',
    ['status', '--admin', 'ftp://a'],
    2,
    /--admin: "ftp:\/\/a" is not an address of REST/,
  ],
] as const

t.test('an invalid flag gives its error, where the help is, and no help', async (t) => {
  const folder = testFolder(t)
  t.equal(
    (await runYard(t, folder, 'up', '--nope')).output,
    "error: unknown option '--nope'\nSee: yard up --help\n",
  )
  t.equal((await runYard(t, folder, 'dance')).output, "error: unknown command 'dance'\nSee: yard --help\n")
})

t.test('--version prints the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  t.match(await runYard(t, testFolder(t), '--version'), { code: 0, stdout: `${version}\n` })
})

for (const [title, args, code, says] of CASES) {
  t.test(`${title} exits with ${code}`, async (t) => {
    const { stdout, ...ended } = await runYard(t, testFolder(t), ...args)
    t.match(ended, { code, output: says })
    t.equal(stdout, '', 'standard output has only results')
  })
}
