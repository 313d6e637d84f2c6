// docs/guides/proxyless.md, from its first command to its last: gRPC clients in Node and Python of a user's own.

import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { findPythonProgram } from '../../testbed/grpc-programs/python.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { openShell, shellEnvironment } from '../support/doc-shell.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { openSession } from '../support/shell-session.ts'
import { testFolder } from '../support/test-folder.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))
const GUIDE = readFileSync(join(CHECKOUT, 'docs/guides/proxyless.md'), 'utf8')

const NPM_INSTALL = /^npm install (.*)$/
const VENV = 'python3 -m venv venv'
const PIP_INSTALL = /^venv\/bin\/pip install --quiet (.*)$/

/** Packages of the checkout instead of those that a registry would send: the same ones, if their names are. */
function standIn(t: Test, clients: string, command: string): string {
  const [, fromNpm] = NPM_INSTALL.exec(command) ?? []
  if (fromNpm !== undefined) {
    const { dependencies } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'))
    for (const name of fromNpm.split(' ')) t.ok(name in dependencies, name)
    symlinkSync(join(CHECKOUT, 'node_modules'), join(clients, 'node_modules'))
    return 'true'
  }
  const [, fromPip] = PIP_INSTALL.exec(command) ?? []
  if (fromPip !== undefined) {
    const required = readFileSync(join(CHECKOUT, 'services/clients/python/requirements.txt'), 'utf8')
    for (const name of fromPip.split(' ')) t.match(required, new RegExp(`^${name}\\b`, 'm'))
    return 'true'
  }
  if (command !== VENV) return command
  mkdirSync(join(clients, 'venv/bin'), { recursive: true })
  const python = join(clients, 'venv/bin/python')
  const packages = findPythonProgram('client').env?.PYTHONPATH
  writeFileSync(python, `#!/bin/sh\nPYTHONPATH='${packages}' exec python3 "$@"\n`)
  chmodSync(python, 0o755)
  return 'true'
}

/** The answers by backend that a program of the guide has printed. */
function answersIn(output: string): Readonly<Record<string, number>> {
  const [printed = '{}'] = /\{.*\}/.exec(output) ?? []
  return Object.fromEntries(
    [...printed.matchAll(/'?(b\d)'?: (\d+)/g)].map(([, backend = '', calls]) => [backend, Number(calls)]),
  )
}

t.test('P1: the guide works, word by word', async (t) => {
  if (!requireTool(t, 'envoy') || !requireTool(t, 'gRPC for Python')) return
  const checkout = join(testFolder(t, { switchyard: {} }), 'switchyard')
  const clients = join(checkout, '../my-clients')
  symlinkSync(join(CHECKOUT, 'proto'), join(checkout, 'proto'))
  const [up = '', ...commands] = commandsOf(GUIDE)
  await openShell(t, checkout).start(up, 'Running until Ctrl-C')
  const session = openSession(t, checkout, shellEnvironment(checkout))
  const run = async (command: string) => {
    const { code, output } = await session.run(command)
    t.equal(code, 0, command, { output })
    return output
  }

  let backends = ['b1', 'b2', 'b3']
  let ran = 0
  for (const command of commands) {
    const output = await run(standIn(t, clients, command))
    if (command === 'mkdir ../my-clients') {
      for (const { title, text } of blocksOf(GUIDE))
        if (title !== '') writeFileSync(join(clients, title), text)
    }
    if (command.includes('endpoints.b3=null')) backends = ['b1', 'b2']
    if (command.includes('client.js') || command.includes('client.py')) {
      ran += 1
      const answers = answersIn(output)
      t.same(Object.keys(answers).toSorted(), backends, output)
      // In turns, except for the calls made before every connection was ready.
      const counts = Object.values(answers)
      t.equal(
        counts.reduce((sum, count) => sum + count, 0),
        30,
      )
    }
    if (command === 'npx yard status') t.match(output, /node-1 +clients/)
  }
  t.equal(ran, 3)

  const [, warning] = blocksOf(GUIDE).filter(({ language }) => language === 'text')
  const mixed = await run('npx yard set fleets.clients.lb.policy=least_request')
  t.match(mixed, warning?.text.trim(), 'the warning that the guide shows')
  t.notMatch(await run('npx yard set fleets.clients.lb.policy=round_robin'), 'warning', 'its twin')
  const failed = await session.run('npx yard set fleets.clients.lb.policy=maglev')
  t.match(failed.output, 'only envoy clients support it', 'what no client has is an error')
})
