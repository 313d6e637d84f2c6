// docs/guides/browsers-and-json.md, from its first command to its last, with the document that it shows.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { openShell } from '../support/doc-shell.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GUIDE = readFileSync(join(ROOT, 'docs/guides/browsers-and-json.md'), 'utf8')
const DENIED = /RBAC: access denied403/
const UP = 'npx yard up'

/** What each command prints, by its order on the page. */
const SHOWS: readonly (readonly [part: string, output: RegExp])[] = [
  ['mkdir', /^$/],
  ['npx buf build', /^$/],
  ['/v1/echo/hello', /^\{"message":"hello","backendId":"b1"\}$/],
  ['-d', /^\{"message":"hello","backendId":"b1","payload":"AAAA"\}$/],
  ['stream?count=2', /^\[\{"message":"hello".*\},\{"message":"hello".*\}\]$/],
  ['statusCode=5', /^\{"code":5,"message":"gone"\}404$/],
  ['mesage=typo', /field "mesage".*400$/],
  ['streamNewlineDelimited=true', /ACKed by 1 Envoy/],
  ['stream?count=2', /^\{"message":"hello".*\}\n\{"message":"hello".*\}\n$/],
  ['npx yard call edge', /10/],
  ['grpc-web+proto', /^200 application\/grpc-web\+proto$/],
  ['-X OPTIONS', /access-control-allow-methods: GET, POST/],
  ['rbac=', /ACKed by 1 Envoy/],
  ['/v1/echo/hello', DENIED],
  ['/v1/echo/hello/stream', /"message":"hello".*200$/s],
  ['rbac.enabled=false', /ACKed by 1 Envoy/],
  ['grpcJsonTranscoder.enabled=false', /ACKed by 1 Envoy/],
  ['/v1/echo/hello', /^415$/],
]

t.test('T23, T24: each command of the guide prints what the guide says', async (t) => {
  if (!requireTool(t, 'envoy') || !requireTool(t, 'curl')) return
  const folder = testFolder(t)
  const shell = openShell(t, folder, ROOT)
  const port = String(await freePort())
  const backend = `127.0.0.1:${await freePort()}`
  const moved = (text: string) =>
    text
      .replaceAll('browsers/', `${folder}/`)
      .replaceAll(':10000', `:${port}`)
      .replaceAll('port: 10000', `port: ${port}`)
      .replaceAll('127.0.0.1:7101', backend)
  const file = blocksOf(GUIDE).find(({ title }) => title === 'browsers/edge.yaml')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'edge.yaml'), moved(file?.text ?? ''))
  const shows = [...SHOWS]
  for (const command of commandsOf(GUIDE)) {
    if (command.startsWith(UP)) {
      await shell.start(moved(command), 'Running until Ctrl-C')
      continue
    }
    const [part, expected] = shows.shift() ?? ['', /^$/]
    t.ok(command.includes(part), `${command} is the one with ${part}`)
    let { code, output } = await shell.run(moved(command))
    // What Envoy has ACKed is in effect on its workers a moment later.
    while (command.includes('curl') && !expected.test(output))
      ({ code, output } = await shell.run(moved(command)))
    t.equal(code, 0, command, { output })
    t.match(output, expected, command)
  }
  t.same(shows, [], 'all of them are on the page')
})
