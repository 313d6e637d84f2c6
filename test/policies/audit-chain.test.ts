// The audit log of a control plane: unbroken after kill -9 in the middle of writes, and it has who read names of secrets.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { RestClient } from '../../api/client.ts'
import { verifyAudit } from '../../control-plane/access/verify-audit.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { startProcess } from '../../processes/running-process.ts'
import { readToken } from '../../testbed/token-file.ts'
import { selfSignedCertificate, writeCertificate } from '../support/certificates.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'
import { runYard } from '../support/yard-process.ts'

const MAIN = fileURLToPath(new URL('../../control-plane/main.ts', import.meta.url))

async function linesOf(file: string) {
  return (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

t.test('the audit log is unbroken after kill -9 in the middle of writes, and a cut is found', async (t) => {
  const folder = testFolder(t, { 'yard.yaml': stringify(sampleWith({})) })
  const log = join(folder, 'state', 'audit.jsonl')
  const flags = ['--config', join(folder, 'yard.yaml'), '--state', join(folder, 'state')]
  let answered = 0
  for (let run = 0; run < 3; run += 1) {
    const child = startProcess({
      name: 'the control plane',
      command: process.execPath,
      args: [MAIN, ...flags],
      ready: (line): { admin: string; tokens: string } | undefined =>
        line.startsWith('{"admin"') ? JSON.parse(line) : undefined,
    })
    t.teardown(() => child.stop())
    const { admin, tokens } = await child.ready
    const rest = new RestClient({ url: admin, token: await readToken(tokens, 'operator') })
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    const writes = Array.from({ length: 40 }, async (_, index) => {
      await rest.putLb('edge', { mode: index % 2 === 0 ? 'l7' : 'l4' }, { wait: false })
      answered += 1
      if (answered % 8 === 0) resolve()
    })
    const ended = Promise.allSettled(writes)
    await enough
    if (child.pid === undefined) throw new Error('it has not started')
    process.kill(child.pid, 'SIGKILL')
    await ended
  }
  const yard = (...args: readonly string[]) => runYard(t, folder, 'audit', 'verify', ...args)
  const { code, stdout, output } = await yard(log)
  t.equal(code, 0, output)
  const [, lines, head] = /^unbroken: (\d+) lines, the newest is (\d+:[\da-f]{64})\n$/.exec(stdout) ?? []
  t.ok(Number(lines) >= answered, 'a write that was answered has its line')
  t.match(await yard(log, '--head', head ?? ''), { code: 0 })

  const text = await readFile(log, 'utf8')
  // The kill may have come between the last line and its head, so the head is one line behind at most.
  await writeFile(log, text.replace(/\n.*\n.*\n$/, '\n'))
  t.match(await yard(log), { code: 1, output: /lines at the end are missing/ })
  await writeFile(log, text.replace('"author":"operator"', '"author":"somebody"'))
  t.match(await yard(log), { code: 1, output: /audit\.jsonl:2: does not have the digest of the line before/ })
  await rm(`${log}.head`)
  await writeFile(log, text.replace(/\n.*\n$/, '\n'))
  t.match(await yard(log), { code: 0, output: /\.head is missing/ }, 'nothing else has the newest line')
  t.match(await yard(log, '--head', head ?? ''), { code: 1 }, 'except what was noted elsewhere')
  t.match(await yard(join(folder, 'none.jsonl')), { code: 2, output: /cannot be read/ })
  t.match(await yard(log, '--head', 'x'), { code: 2, output: /NUMBER:DIGEST/ })
  t.match(await yard(), { code: 3, output: /name the audit\.jsonl/ })
})

/** A fleet with a certificate, on a Unix socket, whose path is short. */
async function startWithSecret(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'yard-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeCertificate(folder, 'edge', await selfSignedCertificate())
  const tls = { enabled: true, certificate: 'edge' }
  const config = sampleWith({
    'secrets.edge': { certificate: 'edge.pem', key: 'edge.key' },
    'fleets.edge.listeners.main.tls': tls,
  })
  const { adminUrl, close, tokensFile } = await startControlPlane({
    ...{ config, admin: '127.0.0.1:0', xds: `unix:${join(folder, 'xds.sock')}` },
    ...{ secretsFolder: folder, accessFolder: testFolder(t) },
  })
  t.teardown(close)
  const as = async (name: string) =>
    new RestClient({ url: adminUrl, token: await readToken(tokensFile ?? '', name) })
  return {
    log: join(t.testdirName, 'audit.jsonl'),
    viewer: await as('viewer'),
    operator: await as('operator'),
  }
}

t.test('the audit log has who read the names of secrets, once an hour', async (t) => {
  const { log, viewer, operator } = await startWithSecret(t)
  for (let count = 0; count < 3; count += 1) await viewer.getStatus()
  await viewer.getConfig()
  await viewer.getRevision(1)
  await viewer.getSnapshot('edge')
  await operator.getStatus()
  // These show none.
  await viewer.getLb('edge')
  await viewer.getSession()
  await viewer.listRevisions()
  const line = { author: 'viewer', role: 'viewer', method: 'GET', status: 200 }
  const lines = await linesOf(log)
  t.match(lines, [
    { ...line, path: '/v1/status', secrets: ['edge'] },
    { ...line, path: '/v1/config', secrets: ['edge'] },
    { ...line, path: '/v1/revisions/1', secrets: ['edge'] },
    { ...line, path: '/v1/snapshots/edge', secrets: [/edge/] },
    { ...line, author: 'operator', role: 'operator', path: '/v1/status' },
  ])
  t.equal(lines.length, 5)
  t.match(await verifyAudit([log]), { problems: [], lines: 5 })
})
