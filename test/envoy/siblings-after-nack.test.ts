// NACKs that name no resource, by real Envoys: the neighbors of the bad resource get into effect, and it alone is NACKED.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt'
import type { Cluster } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TransportSocketSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { ClusterLoadAssignment } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import {
  type Secret,
  SecretSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { CLUSTER, ENDPOINT, ROUTE, SECRET, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { selfSignedCertificate } from '../support/certificates.ts'
import { socketPath } from '../support/open-backend.ts'
import { startEnvoy, untilState, untilSynced } from '../support/real-envoy.ts'
import { ads, assignment, cluster, httpListener, staticCluster } from '../support/resources.ts'

/** Answers each request with this status. Envoy NACKs an expression that it cannot parse. */
function answering(name: string, status: number, regex = '.*'): RouteConfiguration {
  const match = { pathSpecifier: { case: 'safeRegex' as const, value: { regex } } }
  const action = { case: 'directResponse' as const, value: { status } }
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [{ name: 'all', domains: ['*'], routes: [{ match, action }] }],
  })
}

/** An assignment that Envoy NACKs. */
function notAnAddress(clusterName: string): ClusterLoadAssignment {
  const given = assignment(clusterName, 1)
  const host = given.endpoints[0]?.lbEndpoints[0]?.hostIdentifier
  if (host?.case === 'endpoint' && host.value.address?.address.case === 'socketAddress')
    host.value.address.address.value.address = 'nowhere'
  return given
}

/** A CA certificate. Envoy NACKs one without content. */
function trustedCa(name: string, certificate?: string): Secret {
  const specifier =
    certificate === undefined ? undefined : { case: 'inlineString' as const, value: certificate }
  const trustedCa = specifier ? { specifier } : {}
  return create(SecretSchema, { name, type: { case: 'validationContext', value: { trustedCa } } })
}

/** A cluster that calls with TLS. Its CA certificate is the secret of its name. */
function tlsCluster(name: string): Cluster {
  const secret = { case: 'validationContextSdsSecretConfig' as const, value: { name, sdsConfig: ads() } }
  const context = create(UpstreamTlsContextSchema, { commonTlsContext: { validationContextType: secret } })
  const socket = {
    name: 'tls',
    configType: { case: 'typedConfig' as const, value: anyPack(UpstreamTlsContextSchema, context) },
  }
  return { ...staticCluster(name), transportSocket: create(TransportSocketSchema, socket) }
}

/** A cluster that breaks a rule of its proto, which Envoy looks at before it takes any resource of the response. */
function againstTheProto(name: string): Cluster {
  return { ...staticCluster(name), connectTimeout: durationFromMs(-1) }
}

const [first, second] = await Promise.all([selfSignedCertificate(), selfSignedCertificate()])
const envoys = await Promise.all(
  (['delta', 'sotw'] as const).map(async (protocol) => {
    const cache = new SnapshotCache({ consistency: 'enforce' })
    const server = await startXdsServer({ cache, address: `unix:${await socketPath(t)}` })
    t.teardown(() => server.close())
    const ports = { bad: await freePort(), good: await freePort() }
    const serve = (...changed: readonly (Cluster | ClusterLoadAssignment | RouteConfiguration | Secret)[]) =>
      cache.updateSnapshot('fleet', { upsert: changed })
    cache.setSnapshot('fleet', [
      ...['bad', 'good'].flatMap((name) => [cluster(name), assignment(name, 1), answering(name, 501)]),
      ...['bad-ca', 'good-ca'].flatMap((name) => [tlsCluster(name), trustedCa(name, first.certificate)]),
      httpListener('bad', ports.bad),
      httpListener('good', ports.good),
    ])
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    const envoy = await startEnvoy(t, server.address, protocol, { folder })
    return { protocol, cache, serve, envoy, ports }
  }),
)

for (const { protocol, cache, serve, envoy, ports } of envoys) {
  const nackedNames = async (typeUrl: string) =>
    (await untilState(cache, 'NACKED')).types[typeUrl]?.nack?.names

  t.test(`X68: the neighbors of a bad assignment get their endpoints (${protocol})`, async (t) => {
    await untilSynced(cache)
    await envoy.admin.waitUntilLive()
    serve(notAnAddress('bad'), assignment('good', 2))
    t.same(await nackedNames(ENDPOINT), ['bad'])
    t.match(await envoy.admin.read('/clusters'), /good::127\.0\.0\.1:2::/)
    serve(assignment('bad', 3))
    await untilSynced(cache)
    t.match(await envoy.admin.read('/clusters'), /bad::127\.0\.0\.1:3::/)
  })

  t.test(`X68: the neighbors of bad routes are in effect (${protocol})`, async (t) => {
    const status = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).status
    serve(answering('bad', 502, '('), answering('good', 502))
    t.same(await nackedNames(ROUTE), ['bad'])
    t.same([await status(ports.bad), await status(ports.good)], [501, 502])
    serve(answering('bad', 503))
    await untilSynced(cache)
    t.equal(await status(ports.bad), 503)
  })

  t.test(`X68: the neighbors of a bad secret are in effect (${protocol})`, async (t) => {
    const has = async (certificate: string) =>
      JSON.stringify(await envoy.admin.configDump()).includes(JSON.stringify(certificate))
    t.notOk(await has(second.certificate))
    serve(trustedCa('bad-ca'), trustedCa('good-ca', second.certificate))
    t.same(await nackedNames(SECRET), ['bad-ca'])
    t.ok(await has(second.certificate))
    serve(trustedCa('bad-ca', first.certificate))
    await untilSynced(cache)
  })

  if (protocol === 'sotw') continue
  t.test(
    'X68: the neighbors of a cluster that breaks a rule of its proto get to Envoy (delta)',
    async (t) => {
      serve(againstTheProto('against-the-proto'), staticCluster('beside-it'))
      t.same(await nackedNames(CLUSTER), ['against-the-proto'])
      const names = (await envoy.admin.dynamicClusters()).map(({ name }) => name)
      t.ok(names.includes('beside-it'))
      t.notOk(names.includes('against-the-proto'))
    },
  )
}
