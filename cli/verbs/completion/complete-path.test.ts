// Paths and values are completed in real shells: names of the document in force, fields and values of its schema.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { stringify } from 'yaml'
import { shellQuoted } from '../../../core/shell-quote.ts'
import { requireTool } from '../../../test/support/requirements.ts'
import { sampleConfig } from '../../../test/support/sample-config.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { NO_ENVOY, runYard, spawnYard } from '../../../test/support/yard-process.ts'
import { completePath } from './complete-path.ts'

const YARD = fileURLToPath(new URL('../../yard.ts', import.meta.url))
const CONFIG = sampleConfig()

t.test('names come from the document, fields and values from the schema', async (t) => {
  const set = (word: string) => completePath(CONFIG, word, true)
  t.same(set('fl'), ['fleets.'])
  t.same(set('upstreams.e'), ['upstreams.echo.', 'upstreams.echo-v2.'])
  t.same(set('upstreams.echo.endpoints.b1.w'), ['upstreams.echo.endpoints.b1.weight='])
  t.same(set('fleets.edge.lb.mode='), ['fleets.edge.lb.mode=l4', 'fleets.edge.lb.mode=l7'])
  t.same(set('upstreams.echo.healthCheck.enabled=f'), ['upstreams.echo.healthCheck.enabled=false'])
  t.ok(set('fleets.edge.lb.policy=').includes('fleets.edge.lb.policy=maglev'))
  t.same(
    set('upstreams.echo.healthCheck.interval='),
    ['upstreams.echo.healthCheck.interval=5s'],
    'an example',
  )
  t.same(completePath(CONFIG, 'fleets.edge.lb.mo', false), ['fleets.edge.lb.mode'], 'nothing is assigned')
  t.same(set('nope.'), [])
})

t.test('a fleet has the fields of its kind, and without a document any kind may be meant', async (t) => {
  const word = 'fleets.edge.aut'
  t.same(completePath(CONFIG, word, true), [])
  t.same(completePath(undefined, word, true), ['fleets.edge.authority='])
  const clients = { fleets: { edge: { kind: 'proxyless' } } }
  t.same(completePath(clients, word, true), ['fleets.edge.authority='])
})

/** What each shell runs to complete a line, and to print the words that it found. */
const SHELLS = {
  bash: (script: string, line: string) => {
    const words = line.split(/ |(=)/).filter((word) => word !== undefined)
    const state = `COMP_LINE=${shellQuoted(line)} COMP_POINT=${line.length} COMP_WORDS=(${words.map(shellQuoted).join(' ')}) COMP_CWORD=${words.length - 1}`
    return `source ${script}; ${state}; _yard; printf '%s\\n' "\${COMPREPLY[@]}"`
  },
  fish: (script: string, line: string) => `source ${script}; complete -C ${shellQuoted(line)}`,
  // Outside of a terminal zsh has no completion, so what it would be given is printed.
  zsh: (script: string, line: string) => {
    const [, verb = '', typed = ''] = line.split(' ')
    const given = 'compdef() { }; compadd() { shift 4; print -l -- "$@"; }'
    return `${given}; source ${script}; words=(${verb}) PREFIX=${shellQuoted(typed)}; _yard_path`
  },
} as const

const DEFINE_YARD = `yard() { ${shellQuoted(process.execPath)} ${shellQuoted(YARD)} "$@"; }`
const DEFINE_IN_FISH = `function yard; ${shellQuoted(process.execPath)} ${shellQuoted(YARD)} $argv; end`

t.test('a real shell completes paths of the control plane that runs', async (t) => {
  const folder = testFolder(t)
  const file = join(folder, 'my.yaml')
  writeFileSync(file, stringify(CONFIG))
  const yard = spawnYard(t, folder, NO_ENVOY, ['serve', '--config', file, '--state', join(folder, 'kept')])
  await yard.printed('"tokens":')
  const { admin, tokens } = JSON.parse(
    yard
      .stdout()
      .split('\n')
      .find((one) => one.includes('"tokens":')) ?? '',
  )
  const { stdout: token } = await runYard(t, folder, 'token', '--file', tokens, 'viewer')
  const env = { ...process.env, YARD_ADMIN: admin, YARD_TOKEN: token.trim(), NO_COLOR: '1' }

  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    t.test(shell, async (t) => {
      if (shell !== 'bash' && !requireTool(t, shell)) return
      const { stdout: text } = await runYard(t, folder, 'completion', shell)
      const script = join(folder, `yard.${shell}`)
      writeFileSync(script, text)
      const flags = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] }[shell]
      const complete = (line: string) => {
        const define = shell === 'fish' ? DEFINE_IN_FISH : DEFINE_YARD
        const commands = `${define}\n${SHELLS[shell](shellQuoted(script), line)}`
        const { stdout, stderr } = spawnSync(shell, [...flags, '-c', commands], { encoding: 'utf8', env })
        t.equal(stderr, '')
        return stdout.trim()
      }
      // bash completes what is behind the "=" only.
      const head = shell === 'bash' ? '' : 'fleets.edge.lb.mode='
      t.equal(complete('yard set upstreams.echo-'), 'upstreams.echo-v2.', 'a name of the document')
      t.equal(complete('yard set fleets.edge.lb.mo'), 'fleets.edge.lb.mode=')
      t.same(complete('yard set fleets.edge.lb.mode=').split('\n'), [`${head}l4`, `${head}l7`])
      t.equal(complete('yard explain fleets.edge.lb.mo'), 'fleets.edge.lb.mode')
      t.equal(complete('yard set nope.'), '')
    })
  }
})
