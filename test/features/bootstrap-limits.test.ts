// `yard bootstrap --max-connections` and `--max-heap`: an Envoy that starts with the printed file refuses what is beyond them.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { EnvoyAdmin } from '../../envoy-bootstrap/envoy-admin.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { freePort } from '../../processes/free-port.ts'
import { startProcess } from '../../processes/running-process.ts'
import { generateDocument } from '../../testbed/document.ts'
import { startEcho } from '../support/edge.ts'
import { ownFolder } from '../support/own-folder.ts'
import { connectRaw } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { startYardAndControlPlane } from '../support/yard-and-control-plane.ts'
import { runYard } from '../support/yard-process.ts'

const path = `/${EchoService.typeName}/Unary`

/** Prints a bootstrap with these flags, and starts an Envoy with it. @returns the address of its listener */
async function startWith(t: Test, ...flags: readonly string[]): Promise<string> {
  const folder = testFolder(t)
  const port = await freePort()
  const { address } = await startEcho(t, 'b1')
  const config = validateConfig(generateDocument(['edge'], [{ id: 'b1', address }], port))
  const { adminUrl, xdsAddress, rest } = await startYardAndControlPlane(t, config)
  const socket = `unix:${join(await ownFolder(t), 'admin.sock')}`
  const here = ['--admin', adminUrl, '--xds', xdsAddress, '--envoy-admin', socket]
  const printed = await runYard(t, folder, 'bootstrap', 'edge', 'own-1', ...here, ...flags)
  if (printed.code !== 0) throw new Error(printed.output)
  const file = join(folder, 'own.json')
  writeFileSync(file, printed.stdout)
  await rest.putLb('edge', { mode: 'l7' })
  const envoy = startProcess({
    name: 'own Envoy',
    command: findEnvoy().path,
    args: ['-c', file, '--disable-hot-restart', '--concurrency', '1'],
    dieWithParent: true,
    ready: (line) => line.includes('starting workers') || undefined,
  })
  t.teardown(() => envoy.stop())
  await envoy.ready
  await new EnvoyAdmin(socket).waitUntilLive()
  return `127.0.0.1:${port}`
}

t.test('T14: an Envoy has as many connections as its bootstrap says', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const statuses = async (t: Test, ...flags: readonly string[]) => {
    const address = await startWith(t, ...flags)
    const answers: number[] = []
    for (const { call } of [1, 2, 3].map(() => connectRaw(t, address))) {
      answers.push((await call({ path })).status)
    }
    return answers
  }
  await t.test('--max-connections 2', async (t) => {
    const answers = await statuses(t, '--max-connections', '2')
    t.same(answers, [status.OK, status.OK, status.UNAVAILABLE])
  })
  await t.test('the twin with the default', async (t) => {
    t.same(await statuses(t), [status.OK, status.OK, status.OK])
  })
})

t.test('T14: an Envoy whose heap is fuller than its bootstrap allows refuses calls', async (t) => {
  if (!requireTool(t, 'envoy')) return
  await t.test('--max-heap 1, which Envoy alone fills', async (t) => {
    const address = await startWith(t, '--max-heap', '1')
    let answer = await connectRaw(t, address).call({ path })
    // Envoy looks at its heap four times a second, and has not done it yet when its workers start.
    while (answer.status === status.OK) answer = await connectRaw(t, address).call({ path })
    t.equal(answer.status, status.UNAVAILABLE)
  })
  await t.test('the twin with the default', async (t) => {
    const address = await startWith(t)
    t.equal((await connectRaw(t, address).call({ path })).status, status.OK)
  })
})
