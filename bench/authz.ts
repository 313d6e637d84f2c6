// `npm run bench:authz`: the cost of tokens, certificates and policies per call, beside no policy and beside OPA's Go library.

import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { create, toBinary } from '@bufbuild/protobuf'
import { CheckRequestSchema } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { validateConfig } from '../control-plane/document/validate.ts'
import type { SecretBytesByName } from '../control-plane/sources/secrets/secret-bytes.ts'
import { translateFleet } from '../control-plane/translate/translate.ts'
import { createBootstrap } from '../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../envoy-bootstrap/find-envoy.js'
import { type RunningEnvoy, runEnvoy } from '../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../processes/free-port.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { startBackend } from '../services/backend-server.ts'
import { TokenIssuer } from '../services/issuer/token-issuer.ts'
import { Authority } from '../testbed/certificates/authority.ts'
import { cpuMsOf } from '../testbed/measure/usage.ts'
import { SnapshotCache, startXdsServer } from '../xds-server/index.ts'
import { AUDIENCE, CELLS, type Cell, documentOf, ISSUER, POLICY_DATA } from './authz/fleets.ts'
import {
  buildGoPrograms,
  type Load,
  type RunningAuthorizer,
  runLoad,
  startAuthorizer,
} from './authz/programs.ts'
import { renderReport, type Sample, type Throughput } from './authz/report.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 } as const
const METHOD = '/switchyard.echo.v1.EchoService/Unary'
const CHECK = '/envoy.service.auth.v3.Authorization/Check'
const WARM_UP_SECONDS = 2
const HOUR_SECONDS = 3_600

const AUTHORIZERS = {
  oursUnix: 'ours, Unix socket',
  peerUnix: 'Go, Unix socket',
  oursTcp: 'ours, TCP',
  peerTcp: 'Go, TCP',
} as const

const { values: flags } = parseArgs({
  options: {
    rates: { type: 'string', default: '200,1000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
})
const rates = flags.rates.split(',').map(Number)
const rounds = Number(flags.rounds)
const seconds = Number(flags.seconds)

buildGoPrograms()
const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'))
const group = new ProcessGroup()
try {
  const text = await measure()
  if (flags.out !== undefined) await writeFile(flags.out, `${text}\n`)
  process.stdout.write(`${text}\n`)
} finally {
  await group.stop()
  await rm(folder, { recursive: true })
}
process.exit()

async function measure(): Promise<string> {
  const authorizers = await startAuthorizers()
  const { loads, envoys } = await startFleets(authorizers)
  const samples: Sample[] = []
  const throughput: Throughput[] = []
  // Warms up the just-in-time compilers before the measurement.
  for (const { address } of Object.values(authorizers)) {
    await runLoad({ target: address, method: CHECK, message: checkRequest(), seconds: WARM_UP_SECONDS })
  }
  for (const load of loads.values()) await runLoad({ ...load, seconds: WARM_UP_SECONDS })
  for (let round = 0; round < rounds; round += 1) {
    for (const rate of rates) {
      for (const cell of CELLS) {
        const load = loads.get(cell) as Load
        samples.push(await sample(cell, { ...load, rate, seconds }, envoys.get(cell), authorizers))
      }
    }
    for (const [name, title] of Object.entries(AUTHORIZERS)) {
      const { address } = authorizers[name as keyof typeof AUTHORIZERS]
      const { calls, seconds: took } = await runLoad({
        target: address,
        method: CHECK,
        message: checkRequest(),
        seconds,
      })
      throughput.push({ title, rate: calls / took })
    }
  }
  return renderReport(samples, throughput)
}

async function sample(
  { title, authorizer, checks }: Cell,
  load: Load,
  envoy: RunningEnvoy | undefined,
  authorizers: Authorizers,
): Promise<Sample> {
  const asked = authorizer !== undefined && checks.includes('opa') ? authorizers[authorizer].pid : undefined
  const pids = [envoy?.pid, asked]
  const before = pids.map((pid) => (pid === undefined ? Number.NaN : cpuMsOf(pid)))
  const { calls, failures, p50, p99 } = await runLoad(load)
  const [envoyCpu = Number.NaN, authorizerCpu = Number.NaN] = pids.map(
    (pid, at) => ((pid === undefined ? Number.NaN : cpuMsOf(pid)) - (before[at] ?? 0)) * (1_000 / calls),
  )
  return { title, rate: load.rate ?? 0, p50, p99, envoyCpu, authorizerCpu, failures }
}

type Authorizers = Readonly<Record<keyof typeof AUTHORIZERS, RunningAuthorizer>>

async function startAuthorizers() {
  const policy = folder
  const source = fileURLToPath(new URL('../policies/authz/', import.meta.url))
  for (const file of ['authz.rego', 'policy.wasm']) await copyFile(join(source, file), join(policy, file))
  await writeFile(join(policy, 'data.json'), JSON.stringify(POLICY_DATA))
  const socket = (name: string) => `unix:${join(folder, `${name}.sock`)}`
  return {
    oursUnix: await startAuthorizer(group, 'ours', policy, socket('ours')),
    peerUnix: await startAuthorizer(group, 'peer', policy, socket('peer')),
    oursTcp: await startAuthorizer(group, 'ours', policy, '127.0.0.1:0'),
    peerTcp: await startAuthorizer(group, 'peer', policy, '127.0.0.1:0'),
  }
}

async function startFleets(authorizers: Authorizers) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const server = await startXdsServer({ cache, address: `unix:${join(folder, 'xds.sock')}` })
  const backend = await startBackend({ id: 'echo', listen: ANY_PORT, latencyMs: 0 })
  const issuer = await TokenIssuer.create(ISSUER, 'ES256')
  const token = await issuer.sign({
    subject: 'alice',
    audience: AUDIENCE,
    lifetime: HOUR_SECONDS,
    claims: { roles: ['user'] },
  })
  const { secretBytes, tls } = await createCertificates()
  const loads = new Map<Cell, Load>()
  const envoys = new Map<Cell, RunningEnvoy>()
  for (const cell of CELLS) {
    const port = await freePort()
    const addresses = Object.fromEntries(
      Object.entries(authorizers).map(([name, { address }]) => [name, address]),
    )
    const parts = {
      ...(addresses as Record<keyof Authorizers, string>),
      echo: backend.address,
      keySet: issuer.keySet,
      port,
    }
    const config = validateConfig(documentOf(cell, parts))
    cache.setSnapshot(cell.fleet, translateFleet(config, cell.fleet, secretBytes))
    const bootstrap = createBootstrap({
      nodeId: cell.fleet,
      cluster: cell.fleet,
      listenerAddress: '127.0.0.1',
      xds: { address: server.address },
      protocol: 'delta',
    })
    const envoy = await runEnvoy({ binary: findEnvoy().path, bootstrap, folder, group })
    await envoy.admin.waitUntilLive()
    envoys.set(cell, envoy)
    loads.set(cell, {
      target: `127.0.0.1:${port}`,
      method: METHOD,
      message: toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'hello' })),
      seconds,
      ...(cell.checks.includes('jwt') && { token }),
      ...(cell.mutualTls && { tls }),
    })
  }
  return { loads, envoys }
}

async function createCertificates() {
  const authority = await Authority.create('bench')
  const edge = await authority.issue({ name: 'edge', dns: ['localhost'] })
  const client = await authority.issue({ name: 'client', uris: ['spiffe://switchyard/client'] })
  const tls = {
    ca: join(folder, 'ca.pem'),
    cert: join(folder, 'client.pem'),
    key: join(folder, 'client.key'),
  }
  await writeFile(tls.ca, authority.issued.certificate)
  await writeFile(tls.cert, client.certificate)
  await writeFile(tls.key, client.key)
  const secretBytes: SecretBytesByName = new Map([
    ['edge', { certificate: { chain: edge.certificate, key: edge.key } }],
    ['mesh', { ca: authority.issued.certificate }],
  ])
  return { secretBytes, tls }
}

/** A request like Envoy's, with the headers of a gRPC call. */
function checkRequest(): Uint8Array {
  const headers = {
    ':method': 'POST',
    ':path': METHOD,
    ':authority': 'edge',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'grpc-go/1.84.0',
    'x-forwarded-proto': 'http',
    'x-request-id': '9b8f9c0e-7f0c-4b0e-a2a4-2f3c1b8f5a11',
  }
  const rawHeaders = Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) }))
  return toBinary(
    CheckRequestSchema,
    create(CheckRequestSchema, {
      attributes: {
        source: { address: { address: { case: 'socketAddress', value: { address: '127.0.0.1' } } } },
        request: { http: { method: 'POST', path: METHOD, headerMap: { headers: rawHeaders } } },
      },
    }),
  )
}
