// A real Envoy with security switches, token issuers, and services that record the calls that reach them.

import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, type Message, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService, PutRequestSchema } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { type Metadata, Server } from '@grpc/grpc-js'
import { validateConfig } from '../../control-plane/document/validate.ts'
import type { SecretBytesByName } from '../../control-plane/sources/secrets/secret-bytes.ts'
import type { FileContents } from '../../control-plane/switches/setting-file.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import type { RunningEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { DrainingListener } from '../../services/draining-listener.ts'
import { echoService } from '../../services/echo.ts'
import { KEY_SET_PATH, serveKeySet } from '../../services/issuer/issuer-server.ts'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { keyValueService } from '../../services/key-value.ts'
import { addService } from '../../services/rpc/index.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { connectRaw, type RawAnswer, type RawCall, type RawConnection, type RawIdentity } from './raw-call.ts'
import { startEnvoy, type Teardowns, untilInEffect } from './real-envoy.ts'

export const UNARY = `/${EchoService.typeName}/Unary`
export const PUT = `/${KeyValueService.typeName}/Put`
export const AUDIENCE = 'echo'

/** The default message of a method. */
const MESSAGES: Readonly<Record<string, Uint8Array>> = {
  [UNARY]: toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'hello' })),
  [PUT]: toBinary(PutRequestSchema, create(PutRequestSchema, { key: 'k' })),
}

const ANY_PORT = { host: '127.0.0.1', port: 0 }

/** The part of the document that differs between tests. */
export interface Secured {
  /** `fleets.edge.security`. */
  readonly security?: object
  /** `fleets.edge.filters`. */
  readonly filters?: object
  /** `jwt` of the document, in addition to the entries of the fixture's issuers. */
  readonly jwt?: Readonly<Record<string, unknown>>
  /** Upstreams in addition to `echo` and `issuer`. */
  readonly upstreams?: Readonly<Record<string, unknown>>
  /** Fields of the listener in addition to port, l4 and l7. */
  readonly listener?: object
  /** Further entries of the document, such as `secrets`. */
  readonly document?: object
  /** What is in the files that switches name. */
  readonly files?: FileContents
  /** Edits the resources before they are served: for a twin that shows why one part is needed. */
  readonly edit?: (resources: readonly Message[]) => void
}

/** One call as the services received it. */
export interface SeenCall {
  readonly metadata: Metadata
}

/** A caller over TLS: without a certificate, or with one of the fixture's authority and this URI. */
export interface TlsCaller {
  readonly uri?: string
}

export interface SecuredEdge {
  /** The address of the listener. */
  readonly address: string
  readonly envoy: RunningEnvoy
  /** `main` (ES256) and `partner` (RS256) serve their keys, `device` (EdDSA) has inline keys. Each is an entry of `jwt`. */
  readonly issuers: Readonly<Record<'main' | 'partner' | 'device', TokenIssuer>>
  /** The calls that reached the services, the newest last. */
  readonly seen: readonly SeenCall[]
  /** How often the key set of `main` was fetched. */
  readonly keyFetches: () => number
  /** Resolves when it has been fetched that many more times. */
  readonly untilKeyFetches: (more: number) => Promise<void>
  /** Stops the server of the key set of `main`. */
  readonly stopKeyServer: () => Promise<void>
  /** Serves another configuration, and resolves when it is in effect. */
  readonly serve: (secured: Secured) => Promise<void>
  /** One call over raw HTTP/2, with TLS if there is a caller. Default path: `EchoService/Unary`. */
  readonly call: (call?: Partial<RawCall>, caller?: TlsCaller) => Promise<RawAnswer>
  /** A certificate as callers over TLS have, by the authority of the secret `mesh`. */
  readonly identity: (caller: TlsCaller) => Promise<RawIdentity>
  /** A valid token of `main`. */
  readonly token: (claims?: object) => Promise<string>
}

/** An Envoy of the fleet "fleet" in which the configuration is in effect. */
export async function startSecuredEdge(t: Teardowns, secured: Secured = {}): Promise<SecuredEdge> {
  const seen: SeenCall[] = []
  const backend = await startRecordingServices(t, seen)
  const issuers = {
    main: await TokenIssuer.create('https://issuer.test', 'ES256'),
    partner: await TokenIssuer.create('https://partner.test', 'RS256'),
    device: await TokenIssuer.create('https://device.test', 'EdDSA'),
  }
  let fetches = 0
  const fetched = new EventEmitter()
  const keyServer = await serveKeySet(issuers.main, ANY_PORT, {
    onFetch() {
      fetches += 1
      fetched.emit('fetch')
    },
  })
  const untilKeyFetches = async (more: number) => {
    for (let left = more; left > 0; left -= 1) await once(fetched, 'fetch')
  }
  const partnerServer = await serveKeySet(issuers.partner, ANY_PORT)
  t.teardown(() => partnerServer.close())
  let keyServerEnd: Promise<void> | undefined
  const stopKeyServer = () => {
    keyServerEnd ??= keyServer.close()
    return keyServerEnd
  }
  t.teardown(stopKeyServer)

  const authority = await Authority.create('mesh')
  const edgeCertificate = await authority.issue({ name: 'edge', dns: ['localhost'] })
  const secretBytes: SecretBytesByName = new Map([
    ['edge', { certificate: { chain: edgeCertificate.certificate, key: edgeCertificate.key } }],
    ['mesh', { ca: authority.issued.certificate }],
  ])
  const identityOf = async ({ uri }: TlsCaller): Promise<RawIdentity> => {
    const ca = authority.issued.certificate
    if (uri === undefined) return { ca }
    const { certificate, key } = await authority.issue({ name: 'client', uris: [uri] })
    return { ca, cert: certificate, key }
  }

  const cache = new SnapshotCache({ consistency: 'enforce' })
  // Secrets are sent over a Unix socket, and never over plaintext TCP.
  const server = await startXdsServer({ cache, address: `unix:${await socketPath(t)}` })
  t.teardown(() => server.close())
  const port = await freePort()
  const parts = { port, backend, issuers, keyServer: keyServer.address, partnerServer: partnerServer.address }
  const serve = async (next: Secured) => {
    const config = validateConfig(documentOf(next, parts))
    const resources = translateFleet(config, 'fleet', secretBytes, next.files)
    next.edit?.(resources)
    cache.setSnapshot('fleet', resources)
    await untilInEffect(cache, envoy)
    // A connection keeps its filter chain while that chain drains.
    for (const connection of connections.values()) connection.hangUp()
    connections.clear()
  }
  const envoy = await startEnvoy(t, server.address, 'delta')
  const address = `127.0.0.1:${port}`
  const connections = new Map<string, RawConnection>()
  const connectionOf = (caller: string, identity: RawIdentity | undefined) => {
    const connection = connections.get(caller) ?? connectRaw(t, address, identity)
    connections.set(caller, connection)
    return connection
  }
  await serve(secured)
  return {
    address,
    envoy,
    issuers,
    seen,
    keyFetches: () => fetches,
    identity: identityOf,
    untilKeyFetches,
    stopKeyServer,
    serve,
    call: async ({ path = UNARY, ...call } = {}, caller) => {
      const connection = connectionOf(JSON.stringify(caller), caller && (await identityOf(caller)))
      return connection.call({
        path,
        message: MESSAGES[path.split('?')[0] ?? ''] ?? new Uint8Array(),
        ...call,
      })
    },
    token: (claims = {}) =>
      issuers.main.sign({ subject: 'alice', audience: AUDIENCE, lifetime: 600, claims: { ...claims } }),
  }
}

interface Parts {
  readonly port: number
  readonly backend: string
  readonly issuers: SecuredEdge['issuers']
  readonly keyServer: string
  readonly partnerServer: string
}

function documentOf(secured: Secured, { port, backend, issuers, keyServer, partnerServer }: Parts) {
  const { security, filters, jwt, upstreams, listener, document } = secured
  const audiences = [AUDIENCE]
  return {
    version: 1,
    upstreams: {
      echo: { endpoints: { b1: { address: backend } } },
      issuer: { protocol: 'http1', endpoints: { i1: { address: keyServer } } },
      partner: { protocol: 'http1', endpoints: { p1: { address: partnerServer } } },
      ...upstreams,
    },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    jwt: {
      main: {
        issuer: issuers.main.issuer,
        audiences,
        jwks: { upstream: 'issuer', path: KEY_SET_PATH },
        claims: { 'x-user': 'sub', 'x-role': 'role' },
      },
      partner: {
        issuer: issuers.partner.issuer,
        audiences,
        jwks: { upstream: 'partner', path: KEY_SET_PATH },
      },
      device: {
        issuer: issuers.device.issuer,
        audiences,
        jwks: { inline: issuers.device.keySet },
        header: 'x-device-token',
      },
      ...jwt,
    },
    fleets: {
      fleet: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port, l4: { upstream: 'echo' }, l7: { routes: 'all' }, ...listener } },
        ...(security && { security }),
        ...(filters && { filters }),
      },
    },
    secrets: { edge: { certificate: 'edge.pem', key: 'edge.key' }, mesh: { ca: 'ca.pem' } },
    ...document,
  }
}

/** In its own folder: the path of `t.testdir()` may be too long for a socket. */
async function socketPath(t: Teardowns): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return join(folder, 'xds.sock')
}

/** Echo and key-value services that record the metadata of every call. */
async function startRecordingServices(t: Teardowns, seen: SeenCall[]): Promise<string> {
  const server = new Server()
  const echo = echoService('witness')
  const store = keyValueService('witness')
  addService(server, EchoService, {
    ...echo,
    unary: (request, context) => {
      seen.push({ metadata: context.metadata })
      return echo.unary(request, context)
    },
  })
  addService(server, KeyValueService, {
    ...store,
    put: (request, context) => {
      seen.push({ metadata: context.metadata })
      return store.put(request, context)
    },
  })
  const listener = new DrainingListener(server)
  t.teardown(() => listener.close(0))
  return listener.listen({ host: '127.0.0.1', port: 0 })
}
