// What a load can call: several addresses by a policy of the client, TLS with certificates, and names of xDS.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { bootstrapOf } from '../../test/support/grpc-client.ts'
import { openLoader, openTarget, runUntil, SHORT_LOAD } from '../../test/support/loader.ts'
import { echoForClients } from '../../test/support/resources.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { CLIENT, ECHO } from '../../test/support/tls-client.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { Authority } from '../certificates/authority.ts'
import type { LoadResult } from './load-result.ts'

const ofBoth = ({ shares }: LoadResult) => Object.keys(shares).length === 2

t.test('O4.6: the policy of a service config spreads the calls of each connection', async (t) => {
  const addresses = [await openTarget(t, 'b1'), await openTarget(t, 'b2')]
  const load = await openLoader(t)
  const target = `ipv4:${addresses.join(',')}`
  const first = await load.run({ ...SHORT_LOAD, target })
  t.equal(Object.keys(first.shares).length, 1, 'pick_first takes one')
  const serviceConfig = { loadBalancingConfig: [{ round_robin: {} }] }
  const turns = await runUntil(load, { ...SHORT_LOAD, target, serviceConfig }, ofBoth)
  t.same(Object.keys(turns.shares).sort(), ['b1', 'b2'])
  t.same(turns.codes, { OK: turns.calls })
})

t.test('a server that wants certificates is called with one, and fails the calls without', async (t) => {
  const folder = testFolder(t)
  const authority = await Authority.create('mesh')
  const files: Record<string, string> = { ca: join(folder, 'ca.pem') }
  await writeFile(join(folder, 'ca.pem'), authority.issued.certificate)
  for (const [name, subject] of [
    ['echo', ECHO],
    ['client', CLIENT],
  ] as const) {
    const issued = await authority.issue(subject)
    for (const [part, text] of [
      ['pem', issued.certificate],
      ['key', issued.key],
    ] as const) {
      files[`${name}.${part}`] = join(folder, `${name}.${part}`)
      await writeFile(join(folder, `${name}.${part}`), text)
    }
  }
  const { ca = '', 'echo.pem': certificate = '', 'echo.key': key = '' } = files
  const target = await openTarget(t, 'b1', { certificate, key, clientCa: ca })
  const serverName = 'localhost'
  const load = await openLoader(t)
  const own = { certificate: files['client.pem'] ?? '', key: files['client.key'] ?? '' }
  const known = await load.run({ ...SHORT_LOAD, target, tls: { ca, ...own, serverName } })
  t.same(known.codes, { OK: known.calls })
  const stranger = await load.run({ ...SHORT_LOAD, target, tls: { ca, serverName } })
  t.same(stranger.codes, { UNAVAILABLE: stranger.calls })
  const misnamed = await load.run({
    ...SHORT_LOAD,
    target,
    tls: { ca, ...own, serverName: 'elsewhere' },
  })
  t.same(misnamed.codes, { UNAVAILABLE: misnamed.calls })
  t.match(Object.keys(misnamed.errors).join(), /elsewhere/)
})

t.test('O4.5: a name of xDS is resolved by the control plane of the bootstrap', async (t) => {
  const ports = [await openTarget(t, 'b1'), await openTarget(t, 'b2')].map((address) =>
    Number(address.split(':').at(-1)),
  )
  const cache = new SnapshotCache({ consistency: 'enforce' })
  cache.setSnapshot('clients', echoForClients(...ports))
  const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => server.close())
  const GRPC_XDS_BOOTSTRAP_CONFIG = JSON.stringify(bootstrapOf(server.address, 'clients-1', 'clients'))
  const load = await openLoader(t, { env: { GRPC_XDS_BOOTSTRAP_CONFIG } })
  const plan = { ...SHORT_LOAD, target: 'xds:///echo', xdsCredentials: true }
  const { calls, codes, shares } = await runUntil(load, plan, ofBoth)
  t.same(codes, { OK: calls })
  t.same(Object.keys(shares).sort(), ['b1', 'b2'])
})
