// `--otlp`: a write over REST is one trace, from its caller to the ACK of each node.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { AnsweringNode } from '../test/support/answering-node.ts'
import { sampleConfig } from '../test/support/sample-config.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { until } from '../test/support/until.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../testbed/otlp/receiver.ts'
import type { ReceivedSpan } from '../testbed/otlp/spans.ts'
import { placed } from '../testbed/otlp/trace-tree.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'

function run(t: Test, flags: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: 'pipe' })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** A control plane with a node that has everything, and a function that makes a write. */
async function startServed(t: Test, ...flags: string[]) {
  const file = join(testFolder(t), 'yard.yaml')
  await writeFile(file, stringify(sampleConfig()))
  const child = run(t, ['--config', file, ...flags])
  const [line] = await once(createInterface(child.stdout), 'line')
  const { admin, xds }: { readonly admin: string; readonly xds: string } = JSON.parse(line)
  const node = new AnsweringNode(t, xds, { id: 'edge-1', cluster: 'edge' })
  const isSynced = async () => {
    const response = await fetch(`${admin}/v1/status`)
    const { nodes } = (await response.json()) as { readonly nodes: readonly { readonly state: string }[] }
    return nodes.length > 0 && nodes.every(({ state }) => state === 'SYNCED')
  }
  await until(isSynced)
  return {
    node,
    async write(panicThreshold: number) {
      const { headers } = await fetch(`${admin}/v1/config`)
      const response = await fetch(`${admin}/v1/config?wait=60s`, {
        method: 'PATCH',
        headers: {
          'content-type': 'application/merge-patch+json',
          'if-match': headers.get('etag') ?? '',
          traceparent: `00-${TRACE}-${CALLER}-01`,
        },
        body: JSON.stringify({ fleets: { edge: { lb: { panicThreshold } } } }),
      })
      return response.status
    },
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      t.same(await exited, [0, null])
    },
  }
}

/** The spans of the caller's trace, once the request itself has been reported, which ends last. */
async function traceAt(receiver: OtlpReceiver): Promise<readonly ReceivedSpan[]> {
  const spans = await receiver.until(
    (all) =>
      all.some(({ name }) => name === 'PATCH /v1/config') && all.some(({ name }) => name.startsWith('push ')),
  )
  return spans.filter(({ traceId }) => traceId === TRACE)
}

const indented = (spans: readonly ReceivedSpan[]) =>
  placed(spans).map(({ span, depth }) => `${' '.repeat(depth)}${span.name}`)

t.test('O5.6: a PATCH is one trace through REST, store, translation and push to the ACK', async (t) => {
  const receiver = await startOtlpReceiver()
  t.teardown(receiver.close)
  const silent = await startServed(t)
  t.equal(await silent.write(10), 200)
  await silent.stop()

  const served = await startServed(t, '--otlp', `http://${receiver.address}`)
  t.equal(await served.write(10), 200)
  const spans = await traceAt(receiver)
  t.same(indented(spans), [
    'PATCH /v1/config',
    ' write revision',
    '  validate',
    '  translate',
    '  store',
    '  serve',
    '   push Cluster',
    // Envoy would wait for the endpoints of a changed cluster.
    '   push ClusterLoadAssignment',
    ' wait for nodes',
  ])
  t.match(
    spans.find(({ name }) => name === 'PATCH /v1/config'),
    {
      parentId: CALLER,
      kind: 'server',
      service: 'switchyard',
      attributes: { 'http.response.status_code': 200 },
    },
  )
  t.match(
    spans.find(({ name }) => name === 'push Cluster'),
    { status: 'unset', attributes: { 'xds.node': 'edge-1', 'xds.fleet': 'edge' } },
  )
  t.equal(
    receiver.spans.length,
    spans.length,
    'nothing of reads, of the start, or of the twin without the flag',
  )

  receiver.clear()
  served.node.answer = () => ({ nack: 'no such threshold' })
  t.equal(await served.write(20), 409)
  const nacked = (await traceAt(receiver)).filter(({ name }) => name.startsWith('push '))
  t.match(nacked[0], { status: 'error', statusMessage: 'no such threshold' })
  await served.stop()
})

t.test('an address of a collector that is no URL is an error of the flags', async (t) => {
  const child = run(t, ['--config', 'x.yaml', '--otlp', '127.0.0.1:4317'])
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  t.match(stderr, /--otlp 127\.0\.0\.1:4317 is not the URL of a collector, such as http:/)
  t.equal(code, 2)
})
