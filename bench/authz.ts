// `npm run bench:authz`: the cost of tokens, certificates and policies per call, beside no policy and beside OPA's Go library.

import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { create, toBinary } from '@bufbuild/protobuf'
import { CheckRequestSchema } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { validateConfig } from '../control-plane/document/validate.ts'
import type { SecretBytesByName } from '../control-plane/sources/secrets/secret-bytes.ts'
import { translateFleet } from '../control-plane/translate/translate.ts'
import { seededRandom } from '../core/seeded-random.ts'
import type { RunningEnvoy } from '../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../processes/free-port.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { TokenIssuer } from '../services/issuer/token-issuer.ts'
import { Authority } from '../testbed/certificates/authority.ts'
import { cpuMsOf } from '../testbed/measure/usage.ts'
import { SnapshotCache, startXdsServer } from '../xds-server/index.ts'
import { describeCpus, pin, planCpus } from './authz/cpus.ts'
import { ECHO_METHOD, echoCallAt, startFleetEnvoy } from './authz/fleet-envoy.ts'
import { AUDIENCE, CELLS, type Cell, CHECKS_ALONE, documentOf, ISSUER, POLICY_DATA } from './authz/fleets.ts'
import {
  buildGoPrograms,
  type Load,
  type LoadResult,
  type RunningAuthorizer,
  runLoad,
  startAuthorizer,
  startService,
} from './authz/programs.ts'
import { renderReport, type Sample, type Throughput } from './authz/report.ts'

const CHECK = '/envoy.service.auth.v3.Authorization/Check'
const HOUR_SECONDS = 3_600

const AUTHORIZERS = {
  oursUnix: 'ours, Unix socket',
  peerUnix: 'Go, Unix socket',
  oursTcp: 'ours, TCP',
  peerTcp: 'Go, TCP',
} as const

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rates: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    out: { type: 'string' },
  },
})
/** 16 minutes, or 40 seconds to try it. Above 400 calls per second, two cores are busy with the calls of no policy alone. */
const plan = flags.quick
  ? { rates: '200', rounds: '3', seconds: '0.7' }
  : { rates: '100,400', rounds: '18', seconds: '2' }
const rates = (flags.rates ?? plan.rates).split(',').map(Number)
const rounds = Number(flags.rounds ?? plan.rounds)
const seconds = Number(flags.seconds ?? plan.seconds)
const WARM_UP_SECONDS = flags.quick ? 0.5 : 2
const THROUGHPUT_SECONDS = 0.7
const cpus = planCpus()
const random = seededRandom(1)

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
  // Warms up the just-in-time compilers before the measurement.
  for (const { address } of Object.values(authorizers)) await load(checksOf(address, WARM_UP_SECONDS))
  for (const one of loads.values()) await load({ ...one, seconds: WARM_UP_SECONDS })
  const rows = [
    ...CELLS.map((cell) => {
      const isAsked = cell.authorizer !== undefined && cell.checks.includes('opa')
      const asked = isAsked ? authorizers[cell.authorizer ?? 'oursUnix'].pid : undefined
      return { title: cell.title, load: loads.get(cell) as Load, envoy: envoys.get(cell)?.pid, asked }
    }),
    ...CHECKS_ALONE.map(({ title, authorizer }) => {
      const { address, pid } = authorizers[authorizer]
      return { title, load: checksOf(address, seconds), envoy: undefined, asked: pid }
    }),
  ]
  const samples: Sample[] = []
  const throughput: Throughput[] = []
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    for (const rate of rates) {
      for (const row of shuffled(rows)) samples.push(await sample(row, rate, round))
    }
    for (const [name, title] of shuffled(Object.entries(AUTHORIZERS))) {
      const { address } = authorizers[name as keyof typeof AUTHORIZERS]
      const { calls, seconds: took } = await load(checksOf(address, THROUGHPUT_SECONDS))
      throughput.push({ title, rate: calls / took })
    }
  }
  return renderReport(samples, throughput, { rounds, seconds, cpus: describeCpus(cpus) })
}

interface Row {
  readonly title: string
  readonly load: Load
  /** Their process IDs. */
  readonly envoy: number | undefined
  readonly asked: number | undefined
}

async function sample({ title, load: one, envoy, asked }: Row, rate: number, round: number): Promise<Sample> {
  const cpuOf = (pid: number | undefined) => (pid === undefined ? Number.NaN : cpuMsOf(pid))
  const [envoyBefore, askedBefore] = [cpuOf(envoy), cpuOf(asked)]
  const { calls, failures, latencies } = await load({ ...one, rate, seconds })
  const [envoyCpu, authorizerCpu] = [cpuOf(envoy) - envoyBefore, cpuOf(asked) - askedBefore]
  return { title, rate, round, calls, failures, latencies, envoyCpu, authorizerCpu }
}

function load(one: Load): Promise<LoadResult> {
  return runLoad(one, cpus?.load)
}

function checksOf(target: string, duration: number): Load {
  return { target, method: CHECK, message: checkRequest(), seconds: duration }
}

/** So that no row always comes after the same one. */
function shuffled<T>(all: readonly T[]): readonly T[] {
  return all
    .map((one) => ({ one, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

type Authorizers = Readonly<Record<keyof typeof AUTHORIZERS, RunningAuthorizer>>

async function startAuthorizers() {
  const policy = folder
  const source = fileURLToPath(new URL('../policies/authz/', import.meta.url))
  for (const file of ['authz.rego', 'policy.wasm']) await copyFile(join(source, file), join(policy, file))
  await writeFile(join(policy, 'data.json'), JSON.stringify(POLICY_DATA))
  const socket = (name: string) => `unix:${join(folder, `${name}.sock`)}`
  const started = {
    oursUnix: await startAuthorizer(group, 'ours', policy, socket('ours')),
    peerUnix: await startAuthorizer(group, 'peer', policy, socket('peer')),
    oursTcp: await startAuthorizer(group, 'ours', policy, '127.0.0.1:0'),
    peerTcp: await startAuthorizer(group, 'peer', policy, '127.0.0.1:0'),
  }
  for (const { pid } of Object.values(started)) pin(pid, cpus?.authorizer)
  return started
}

async function startFleets(authorizers: Authorizers) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const server = await startXdsServer({ cache, address: `unix:${join(folder, 'xds.sock')}` })
  const backend = await startService(group)
  for (const pid of [backend.pid, process.pid]) pin(pid, cpus?.envoy)
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
    const envoy = await startFleetEnvoy({ fleet: cell.fleet, xds: server.address, folder, group })
    pin(envoy.pid, cpus?.envoy)
    envoys.set(cell, envoy)
    loads.set(cell, {
      ...echoCallAt(port),
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
    ':path': ECHO_METHOD,
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
        request: { http: { method: 'POST', path: ECHO_METHOD, headerMap: { headers: rawHeaders } } },
      },
    }),
  )
}
