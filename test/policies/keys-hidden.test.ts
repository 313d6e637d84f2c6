// Private keys reach Envoys only. REST answers, events, logs and Envoy's admin interface do not show them.

import { readFile } from 'node:fs/promises'
import t from 'tap'
import { createAdmin } from '../../control-plane/admin/admin.ts'
import { nodesIn, startLoadTally } from '../../control-plane/control-plane.ts'
import { replaceFile } from '../../testbed/certificates/folder.ts'
import { SECRET, type XdsEvent } from '../../xds-server/index.ts'
import { NO_EVENTS } from '../support/no-events.ts'
import { EDGE } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'

const LISTENER = { enabled: true, certificate: 'edge', clientCa: 'mesh' }
const UPSTREAM = { enabled: true, ca: 'mesh', certificate: 'client', sans: ['spiffe://switchyard/echo'] }

/**
 * Parts of a key as any text could show them: as PEM, and as PEM that is encoded again. In a P-256 key in PKCS #8
 * the private number is in bytes 36 to 67; after it comes the public key, which certificates also contain.
 */
function tracesOf(key: string): string[] {
  const body = key.replace(/-----[^-]+-----|\n/g, '')
  const secret = Buffer.from(body, 'base64').subarray(36, 68)
  const again = [0, 1, 2].map((shift) => Buffer.from(key.slice(shift)).toString('base64').slice(100, 140))
  return [body.slice(48, 64), secret.toString('hex'), ...again, 'BEGIN PRIVATE KEY']
}

t.test('S50: no config_dump, answer, event, metric or problem contains a private key', async (t) => {
  const edge = await startTlsEdge(t, { listener: LISTENER, upstream: UPSTREAM })
  const events: XdsEvent[] = []
  edge.cache.onEvent((event) => events.push(event))
  const admin = await createAdmin({
    state: edge.revisions,
    nodes: nodesIn(edge.cache),
    ...startLoadTally(edge.revisions),
    ...NO_EVENTS,
  })
  t.teardown(() => admin.close())
  await edge.untilRenewed(async () => edge.write('edge', await edge.authority.issue(EDGE)))
  const keys = [
    await readFile(edge.file('edge.key'), 'utf8'),
    await readFile(edge.file('client.key'), 'utf8'),
  ]
  // The error path of a rejected renewal also has the key in memory.
  const { key } = await edge.authority.issue(EDGE)
  await replaceFile(edge.file('edge.key'), key)
  await edge.untilProblem
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
    problems: edge.problems.join('\n'),
    'log of Envoy': await readFile(edge.envoy.logFile, 'utf8'),
  }
  t.match(
    texts.config_dump,
    /"name":"certificate\/edge".*\[redacted\]/,
    'the dump has the secret without its key',
  )
  t.match(JSON.parse(texts.snapshot)[SECRET].resources['certificate/edge'], {
    tlsCertificate: { certificateChain: { inlineString: /BEGIN CERTIFICATE/ }, privateKey: '[redacted]' },
  })
  for (const [what, text] of Object.entries(texts)) {
    t.ok(text.length > 0, `${what} was read`)
    const found = keys.flatMap(tracesOf).filter((trace) => text.includes(trace))
    t.same(found, [], what)
  }
  const served = edge.cache.getSnapshot('fleet')?.types.get(SECRET)?.resources.get('certificate/edge')
  t.ok(
    tracesOf(keys[0] ?? '').some((trace) => Buffer.from(served?.value ?? '').includes(trace)),
    'the twin: the resource for Envoy has it',
  )
})
