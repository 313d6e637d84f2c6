// Certificates renewed under load: by renames and by swapped symlinks, with old and new authorities overlapping; and renewals that are no good.

import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Authority } from '../../testbed/certificates/authority.ts'
import { replaceFile } from '../../testbed/certificates/folder.ts'
import { LISTENER } from '../../xds-server/index.ts'
import { CLIENT, callAs, ECHO, EDGE, serialShown } from '../support/tls-client.ts'
import { startTlsEdge, startTlsLoad } from '../support/tls-edge.ts'

const MUTUAL = { enabled: true, certificate: 'edge', clientCa: 'mesh', sans: ['spiffe://switchyard/client'] }
const PAST = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }

type Edge = Awaited<ReturnType<typeof startTlsEdge>>

/** What a renewal must leave as it is: how often listeners were added, changed or replaced. */
async function listenerChanges({ envoy, cache }: Edge) {
  const stats = await envoy.admin.stats(
    '^listener_manager\\.listener_(added|modified|in_place_updated|removed)$',
  )
  return { ...Object.fromEntries(stats), version: cache.getSnapshot('fleet')?.types.get(LISTENER)?.version }
}

/** Resolves once new connections are shown another certificate than the one with that serial number. */
async function untilShown(edge: Edge, before: string): Promise<string> {
  for (;;) {
    const shown = await serialShown(edge.address, await edge.identity())
    if (shown !== before) return shown
  }
}

for (const mode of ['l7', 'l4'] as const) {
  t.test(
    `X33: at ${mode}, renewals under load fail no handshake and no call, and replace no listener`,
    async (t) => {
      const edge = await startTlsEdge(t, { listener: MUTUAL, mode })
      const identity = await edge.identity()
      const listeners = await listenerChanges(edge)
      const load = startTlsLoad(t, edge.address, () => identity)
      await load.further(50)
      for (let round = 0; round < 3; round += 1) {
        const before = await serialShown(edge.address, identity)
        await edge.untilRenewed(async () => edge.write('edge', await edge.authority.issue(EDGE)))
        t.not(await untilShown(edge, before), before, 'the renewed certificate is shown')
        await load.further(50)
      }
      const { calls, failures } = await load.stop()
      t.same(failures, [], `of ${calls} calls`)
      t.same(await listenerChanges(edge), listeners, 'no listener was touched')
      t.equal(edge.revisions.head.number, 1, 'a renewal is no revision')
      const handshakes = await edge.envoy.admin.stats('^listener.main.ssl.(connection_error|fail_verify_.*)$')
      t.same(
        [...handshakes.values()].filter((count) => count > 0),
        [],
      )
    },
  )
}

t.test(
  'X33: an authority is replaced under load: both are trusted until all have a certificate of the new one',
  async (t) => {
    const edge = await startTlsEdge(t, { listener: MUTUAL })
    const next = await Authority.create('next')
    const trust = (...authorities: readonly Authority[]) =>
      authorities.map(({ issued }) => issued.certificate).join('')
    const both = trust(edge.authority, next)
    let identity = await edge.identity()
    const load = startTlsLoad(t, edge.address, () => identity)
    await load.further(30)

    await edge.untilRenewed(() => replaceFile(edge.file('ca.pem'), both))
    identity = { ca: both, issued: await next.issue(CLIENT) }
    await load.further(30)
    await edge.untilRenewed(async () => edge.write('edge', await next.issue(EDGE)))
    identity = { ...identity, ca: trust(next) }
    await load.further(30)
    const old = await edge.identity()
    t.equal(await callAs(edge.address, { ...old, ca: both }), 0, 'while both are trusted, the old is let in')
    await edge.untilRenewed(() => replaceFile(edge.file('ca.pem'), trust(next)))
    await load.further(30)
    const { calls, failures } = await load.stop()
    t.same(failures, [], `of ${calls} calls`)
    t.equal(await callAs(edge.address, identity), 0)
    t.equal(await callAs(edge.address, { ...old, ca: both }), 14, 'and no longer, once it is gone')
  },
)

t.test('X33: without the overlap, the same load fails', async (t) => {
  const edge = await startTlsEdge(t, { listener: MUTUAL })
  const identity = await edge.identity()
  const load = startTlsLoad(t, edge.address, () => identity)
  await load.further(30)
  const next = await Authority.create('next')
  await edge.untilRenewed(() => replaceFile(edge.file('ca.pem'), next.issued.certificate))
  t.ok(await load.firstFailure)
})

t.test(
  'a symlink that is swapped renews all files behind it at once, as Kubernetes and the CSI driver do',
  async (t) => {
    const edge = await startTlsEdge(t, { listener: MUTUAL })
    const mounted = edge.file('mounted')
    const publish = async (version: string) => {
      const { certificate, key } = await edge.authority.issue(EDGE)
      await mkdir(join(mounted, version), { recursive: true })
      await writeFile(join(mounted, version, 'tls.crt'), certificate)
      await writeFile(join(mounted, version, 'tls.key'), key)
      await symlink(version, join(mounted, '..data_tmp'))
      await rename(join(mounted, '..data_tmp'), join(mounted, '..data'))
    }
    await publish('..2026_1')
    for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(mounted, name))
    const secrets = { edge: { certificate: 'mounted/tls.crt', key: 'mounted/tls.key' } }
    t.equal(await edge.patch({ secrets }), 'synced')

    const identity = await edge.identity()
    const load = startTlsLoad(t, edge.address, () => identity)
    await load.further(30)
    for (const version of ['..2026_2', '..2026_3']) {
      const before = await serialShown(edge.address, identity)
      await edge.untilRenewed(() => publish(version))
      t.not(await untilShown(edge, before), before)
      await load.further(30)
    }
    t.same((await load.stop()).failures, [])
  },
)

t.test('a renewal that is no good leaves the certificate before it in force, and says so', async (t) => {
  const edge = await startTlsEdge(t, { listener: MUTUAL })
  const identity = await edge.identity()
  const before = await serialShown(edge.address, identity)
  const served = edge.cache.getSnapshot('fleet')
  const { certificate } = await edge.authority.issue(EDGE, PAST)
  await replaceFile(edge.file('edge.pem'), certificate)
  await edge.untilFaulty
  t.match(edge.faults, [
    /renewed files are invalid[\s\S]*secrets\.edge\.certificate: has expired[\s\S]*secrets\.edge\.key: is not the key/,
  ])
  t.match(edge.revisions.secrets(), {
    edge: { problems: [{ path: 'secrets.edge.certificate' }, { path: 'secrets.edge.key' }] },
    mesh: { problems: [] },
  })
  t.equal(edge.cache.getSnapshot('fleet'), served, 'nothing is pushed')
  t.equal(await serialShown(edge.address, identity), before)
  t.equal(await callAs(edge.address, identity), 0)
  t.equal(
    await edge.patch({ upstreams: { echo: { healthCheck: { enabled: false } } } }),
    'synced',
    'other edits go on',
  )

  await edge.untilRenewed(async () => edge.write('edge', await edge.authority.issue(EDGE)))
  t.not(await untilShown(edge, before), before, 'the next good one is served')
  t.match(edge.revisions.secrets(), { edge: { problems: [] } })
})

t.test('backends take renewed files, too', async (t) => {
  const upstream = { enabled: true, ca: 'mesh', certificate: 'client', sans: ['spiffe://switchyard/echo'] }
  const edge = await startTlsEdge(t, { upstream })
  const identity = await edge.identity()
  const load = startTlsLoad(t, edge.address, () => undefined)
  await load.further(30)
  const before = await serialShown(edge.backend.address, identity)
  await edge.write('echo', await edge.authority.issue(ECHO))
  while ((await serialShown(edge.backend.address, identity)) === before) await load.further(10)
  await load.further(30)
  t.same((await load.stop()).failures, [])
})
