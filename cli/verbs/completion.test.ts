// `yard completion`: the script for bash in a real bash; those for zsh and fish have every verb and choice.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'

const folder = testFolder(t)
const script = async (shell: string) => {
  const { code, stdout } = await runYard(t, folder, 'completion', shell)
  t.equal(code, 0)
  return stdout
}
const { stdout: help } = await runYard(t, folder, '--help')
const [, listed = ''] = /\nCommands:\n([\s\S]*?)\n\n/.exec(help) ?? []
const VERBS = [...listed.matchAll(/^ {2}([a-z-]+) /gm)]
  .map(([, verb = '']) => verb)
  .filter((one) => one !== 'help')

t.test('bash completes verbs, flags, choices of flags and of arguments', async (t) => {
  const file = join(folder, 'yard.bash')
  writeFileSync(file, await script('bash'))
  const complete = (...words: string[]) => {
    const line = words.map((word) => `'${word}'`).join(' ')
    const commands = `source '${file}'; COMP_WORDS=(yard ${line}); COMP_CWORD=${words.length}; _yard; echo "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', commands], { encoding: 'utf8' })
    t.equal(stderr, '')
    return stdout.trim()
  }
  t.same(complete('').split(' ').slice(0, VERBS.length), VERBS)
  t.equal(complete('hist'), 'history')
  t.equal(complete('apply', '--f'), '--file --force')
  t.equal(complete('lb', 'edge', 'l'), 'l4 l7')
  t.equal(complete('status', '-o', ''), 'table json yaml')
  t.equal(complete('status', '--output', 'j'), 'json')
  t.equal(complete('apply', '-f', 'x'), '', 'bash completes files then')
  t.equal(complete('completion', 'z'), 'zsh')
  t.equal(complete('scenario', 'r'), 'run report')
  t.equal(complete('scenario', 'run', 'grpc-s'), 'grpc-security')
  t.equal(complete('scenario', 'run', 'grpc-security', '--profile', 'q'), 'quick')
})

for (const [shell, choice] of [
  ['zsh', "{-o,--output}'[Output format.]:value:(table json yaml)'"],
  ['fish', "-s o -l output -x -a 'table json yaml' -d 'Output format.'"],
] as const) {
  t.test(`the script for ${shell} has every verb and choice`, async (t) => {
    const text = await script(shell)
    for (const verb of VERBS) t.match(text, new RegExp(`\\b${verb}\\b`), verb)
    t.ok(text.includes(choice))
    t.ok(text.includes('l4 l7'))
  })
}

t.test('an unknown shell is an error that names the known ones', async (t) => {
  t.match(await runYard(t, folder, 'completion', 'ksh'), {
    code: 2,
    output: /Allowed choices are bash, zsh, fish/,
  })
})
