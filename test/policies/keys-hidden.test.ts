// Private keys go to Envoys and nowhere else: not into what REST answers, nor events, nor what Envoy tells of itself.

import { readFile } from 'node:fs/promises'
import t from 'tap'
import { createAdmin } from '../../control-plane/admin/admin.ts'
import { nodesIn } from '../../control-plane/control-plane.ts'
import { replaceFile } from '../../testbed/certificates/folder.ts'
import { SECRET, type XdsEvent } from '../../xds-server/index.ts'
import { EDGE } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'

const LISTENER = { enabled: true, certificate: 'edge', clientCa: 'mesh' }
const UPSTREAM = { enabled: true, ca: 'mesh', certificate: 'client' }

/**
 * Pieces of a key as they would stand in any text: in PEM, and where the PEM was encoded once more. Of a P-256 key in PKCS #8
 * the private number is in bytes 36 to 67; what follows is the public key, which certificates have, too.
 */
function tracesOf(key: string): string[] {
  const body = key.replace(/-----[^-]+-----|\n/g, '')
  const secret = Buffer.from(body, 'base64').subarray(36, 68)
  const again = [0, 1, 2].map((shift) => Buffer.from(key.slice(shift)).toString('base64').slice(100, 140))
  return [body.slice(48, 64), secret.toString('hex'), ...again, 'BEGIN PRIVATE KEY']
}

t.test('S50: a private key is in no config_dump, answer, event, metric or fault', async (t) => {
  const edge = await startTlsEdge(t, { listener: LISTENER, upstream: UPSTREAM })
  const events: XdsEvent[] = []
  edge.cache.onEvent((event) => events.push(event))
  const admin = await createAdmin({ state: edge.revisions, nodes: nodesIn(edge.cache) })
  t.teardown(() => admin.close())
  await edge.untilRenewed(async () => edge.write('edge', await edge.authority.issue(EDGE)))
  const keys = [
    await readFile(edge.file('edge.key'), 'utf8'),
    await readFile(edge.file('client.key'), 'utf8'),
  ]
  // A renewal that is refused has its key in hand, too.
  const { key } = await edge.authority.issue(EDGE)
  await replaceFile(edge.file('edge.key'), key)
  await edge.untilFaulty
  keys.push(key)

  const answer = async (url: string) => (await admin.inject(url)).body
  const texts = {
    config_dump: JSON.stringify(await edge.envoy.admin.configDump()),
    snapshot: await answer('/v1/snapshots/fleet'),
    config: await answer('/v1/config'),
    status: await answer('/v1/status'),
    revision: await answer('/v1/revisions/1'),
    metrics: await answer('/metrics'),
    events: JSON.stringify(events),
    faults: edge.faults.join('\n'),
    'log of Envoy': await readFile(edge.envoy.logFile, 'utf8'),
  }
  t.match(
    texts.config_dump,
    /"name":"certificate\/edge".*\[redacted\]/,
    'the secret is there, its key is not',
  )
  t.match(JSON.parse(texts.snapshot)[SECRET].resources['certificate/edge'], {
    tlsCertificate: { certificateChain: { inlineString: /BEGIN CERTIFICATE/ }, privateKey: '[redacted]' },
  })
  for (const [what, text] of Object.entries(texts)) {
    t.ok(text.length > 0, `${what} has been looked at`)
    const found = keys.flatMap(tracesOf).filter((trace) => text.includes(trace))
    t.same(found, [], what)
  }
  const served = edge.cache.getSnapshot('fleet')?.types.get(SECRET)?.resources.get('certificate/edge')
  t.ok(
    tracesOf(keys[0] ?? '').some((trace) => Buffer.from(served?.value ?? '').includes(trace)),
    'the twin: what Envoy is sent has it',
  )
})
