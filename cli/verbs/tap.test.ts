// `yard tap` between a real client and a real backend: what it prints, and the files that it writes.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import { echoService } from '../../services/echo.ts'
import { createClient } from '../../services/rpc/index.ts'
import { serveEcho } from '../../test/support/echo-pair.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { NO_ENVOY, runYard, spawnYard } from '../../test/support/yard-process.ts'

t.test('O2.1: yard tap prints the frames of a call, and writes a capture and JSON lines', async (t) => {
  const folder = testFolder(t)
  const [out, json] = ['calls.pcapng', 'calls.jsonl'].map((name) => join(folder, name))
  const to = await serveEcho(t, echoService('b1'))
  const yard = spawnYard(t, folder, NO_ENVOY, ['tap', '--to', to, '--out', out ?? '', '--json', json ?? ''])
  await yard.printed('Ctrl-C ends it')
  const [, address = ''] = /tap on (\S+),/.exec(yard.output()) ?? []
  const client = createClient(EchoService, address)
  await client.unary({ message: 'hello' })
  client.close()
  await yard.printed('connection 1 ended')
  yard.kill('SIGINT')
  t.equal(await yard.ended, 130)
  t.match(
    yard.stdout(),
    /^1 +\d+\.\d{3} ms {2}client → {2}stream 1 +HEADERS .*:path \/switchyard\.echo\.v1\.EchoService\/Unary/m,
  )
  t.match(yard.stdout(), /^1 .*server ← {2}stream 1 +DATA .*gRPC message of \d+ B$/m)
  t.match(yard.output(), `wrote ${out}`)

  const lines = readFileSync(json ?? '', 'utf8')
    .trim()
    .split('\n')
  t.equal(lines.length, yard.stdout().trim().split('\n').length, 'a line for each frame')
  const records = lines.map((line) => JSON.parse(line))
  t.match(records, [{ connection: 1, number: 1, from: /client|server/, stream: 0, type: 'SETTINGS' }])
  t.ok(records.some(({ headers = [] }) => headers.some(([name]: string[]) => name === 'grpc-status')))
  // pcapng begins with its section header, and says its byte order.
  t.equal(
    readFileSync(out ?? '')
      .subarray(0, 12)
      .toString('hex')
      .replace(/.{8}(?=.{8}$)/, ''),
    '0a0d0d0a4d3c2b1a',
  )
})

t.test('yard tap --quiet prints no frame', async (t) => {
  const folder = testFolder(t)
  const yard = spawnYard(t, folder, NO_ENVOY, ['tap', '--to', await serveEcho(t, echoService('b1')), '-q'])
  await yard.printed('Ctrl-C ends it')
  const client = createClient(EchoService, /tap on (\S+),/.exec(yard.output())?.[1] ?? '')
  await client.unary({ message: 'hello' })
  client.close()
  yard.kill('SIGTERM')
  t.equal(await yard.ended, 143)
  t.equal(yard.stdout(), '')
})

for (const [title, args, message] of [
  ['no address', ['--to', 'nowhere'], /to: "nowhere" is not an address; write HOST:PORT/],
  [
    'no file',
    ['--to', '127.0.0.1:1', '--out', '/no/folder/a'],
    /--out: cannot write \/no\/folder\/a: ENOENT/,
  ],
] as const) {
  t.test(`yard tap with ${title} exits with 2 and says what to write`, async (t) => {
    t.match(await runYard(t, testFolder(t), 'tap', ...args), { code: 2, output: message })
  })
}
