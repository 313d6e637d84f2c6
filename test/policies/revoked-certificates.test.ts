// Revoked certificates: `crl` of a secret, with real Envoys. They fail the handshake, and others pass; a renewed list needs no revision.

import { readFile, writeFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { replaceFile } from '../../testbed/certificates/folder.ts'
import { requireTool } from '../support/requirements.ts'
import { CLIENT, callAs } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'
import { afterItsEnd, openTlsSession } from '../support/tls-session.ts'
import { until } from '../support/until.ts'

const MUTUAL = { enabled: true, certificate: 'edge', clientCa: 'mesh' }
const UPSTREAM = { enabled: true, ca: 'mesh', certificate: 'client', sans: ['spiffe://switchyard/echo'] }
const UNAVAILABLE = 14
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

/** An edge whose CA has revoked nobody yet, and two callers. */
async function startRevoking(t: Test) {
  const edge = await startTlsEdge(t, { listener: MUTUAL, upstream: UPSTREAM })
  const { authority, file } = edge
  const caller = async () => ({ ca: authority.issued.certificate, issued: await authority.issue(CLIENT) })
  await writeFile(file('mesh.crl'), await authority.revoke([]))
  const renew = (list: string) => edge.untilRenewed(() => replaceFile(file('mesh.crl'), list))
  // Each call opens a connection to the endpoint.
  const changes = {
    secrets: { mesh: { crl: 'mesh.crl' } },
    upstreams: { echo: { connections: { maxRequests: 1 } } },
  }
  t.equal(await edge.patch(changes), 'synced')
  return { ...edge, renew, good: await caller(), bad: await caller() }
}

t.test('a certificate that its CA has revoked fails, and another passes', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, authority, bad, envoy, file, good, renew, revisions, ...edge } = await startRevoking(t)
  const accepted = async (caller: typeof good) =>
    await Promise.all(
      VERSIONS.map(async (version) => (await openTlsSession(address, caller, version)).isAccepted),
    )
  const failures = async (of: string) => {
    const stats = await envoy.admin.stats(`^${of}.*ssl.fail_verify_error$`)
    return [...stats.values()].reduce((sum, one) => sum + one, 0)
  }
  t.same(await accepted(good), [true, true])
  t.same(await accepted(bad), [true, true], 'while it is not revoked')
  const revision = revisions.head.number

  await t.test('a client, as soon as the file has changed, without a revision', async (t) => {
    await renew(await authority.revoke([bad.issued.certificate]))
    t.same(await accepted(bad), [false, false], VERSIONS.join(', '))
    // Clients may hear of it before Envoy has counted it.
    await until(async () => (await failures('listener')) >= 2)
    t.same(await accepted(good), [true, true])
    t.equal(await callAs(address, good), 0, 'the endpoint is not revoked either')
    t.equal(revisions.head.number, revision)
  })

  await t.test('a file that is no list leaves the list before in force, and is reported', async (t) => {
    await replaceFile(file('mesh.crl'), 'nobody')
    await edge.untilProblem
    t.match(edge.problems, [/has no list of revoked certificates/])
    t.match(revisions.secrets().mesh, { problems: [{ path: 'secrets.mesh.crl' }] })
    t.same(await accepted(bad), [false, false])
    t.same(await accepted(good), [true, true])
  })

  await t.test('an endpoint', async (t) => {
    const certificate = await readFile(file('echo.pem'), 'utf8')
    await renew(await authority.revoke([certificate]))
    t.equal(await callAs(address, good), UNAVAILABLE)
    await until(async () => (await failures('cluster.echo')) >= 1)
    t.same(await accepted(bad), [true, true], 'the new list does not have the client')
    await renew(await authority.revoke([]))
    t.equal(await callAs(address, good), 0)
  })

  await t.test('after its end a list lets nobody pass, until it is renewed', async (t) => {
    const before = await afterItsEnd(async (notAfter) => {
      await renew(await authority.revoke([], { notAfter }))
      return await accepted(good)
    })
    t.same(before, [true, true])
    t.same(await accepted(good), [false, false])
    await renew(await authority.revoke([]))
    t.same(await accepted(good), [true, true])
  })
})
