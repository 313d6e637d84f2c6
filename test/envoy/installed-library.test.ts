// The packed library in empty projects, on each Node that it supports, in front of a real Envoy.

import { join } from 'node:path'
import t from 'tap'
import { buildLibrary } from '../../packaging/build-library.ts'
import { OLDEST_NODE } from '../../packaging/manifest.ts'
import { packLibrary } from '../../packaging/pack-library.ts'
import { run } from '../../packaging/run.ts'
import { findNode } from '../../packaging/tools.ts'
import { freePort } from '../../processes/free-port.ts'
import { installInto, type Kind } from '../support/empty-project.ts'
import { fetchText, startHttpBackend, startProgram } from '../support/example-process.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { testFolder } from '../support/test-folder.ts'

const KINDS: readonly Kind[] = ['JavaScript', 'TypeScript with nodenext', 'TypeScript with bundler']
/** The oldest Node of `engines`, the line between, and the Node of the checkout. */
const NODES = [
  { line: '20', path: await findNode(OLDEST_NODE) },
  { line: '22', path: await findNode('22.23.3') },
  { line: '24', path: process.execPath },
]

const folder = testFolder(t)
await buildLibrary(folder)
const { file: tarball } = await packLibrary(folder)
const programs = await Promise.all(KINDS.map((kind) => installInto(t, kind, tarball)))
const backendPort = await startHttpBackend(t, 'backend')

t.test('the Nodes are three lines, and the first is the oldest that the package allows', async (t) => {
  const versions = await Promise.all(NODES.map(({ path }) => run(path, ['--version'], { cwd: folder })))
  t.match(versions, [`v${OLDEST_NODE}\n`, /^v22\./, /^v24\./])
})

for (const [index, kind] of KINDS.entries()) {
  // Each kind on the oldest Node, which knows least; each other Node once.
  const own = NODES.filter((_node, at) => at === 0 || at === index)
  const lines = own.map(({ line }) => line).join(' and ')
  t.test(`${kind}: a program that uses the installed library serves Envoys, on Node ${lines}`, async (t) => {
    const folder = testFolder(t)
    await Promise.all(
      own.map(async ({ line, path }) => {
        const listenerPort = await freePort()
        const args = [programs[index] ?? '', '127.0.0.1:0', `${listenerPort}`, `${backendPort}`]
        const { untilLine } = startProgram(t, path, args)
        const [, address = ''] = await untilLine(/on (127\.0\.0\.1:\d+)$/)
        const protocol = line === '20' ? 'sotw' : 'delta'
        const envoy = await startEnvoy(t, address, protocol, {
          cluster: 'edge',
          folder: join(folder, line),
        })
        await untilLine(/^edge-1 ACKed .*RouteConfiguration$/)
        await envoy.admin.waitUntilLive()
        t.equal(await fetchText(`http://127.0.0.1:${listenerPort}/`), 'backend')
      }),
    )
  })
}
