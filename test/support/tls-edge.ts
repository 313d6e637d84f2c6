// A real Envoy with TLS. Its revisions have secrets in files that a test can renew. Its backend accepts both TLS and plaintext.

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mergePatch } from '../../control-plane/admin/merge-patch.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { Revisions } from '../../control-plane/rollout/revisions.ts'
import { SecretStore } from '../../control-plane/sources/secrets/secret-store.ts'
import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'
import { freePort } from '../../processes/free-port.ts'
import { startBackend } from '../../services/backend-server.ts'
import { Authority, type Issued } from '../../testbed/certificates/authority.ts'
import { replaceFile } from '../../testbed/certificates/folder.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { socketPath } from './open-backend.ts'
import { nextEvent, startEnvoy, type Teardowns, untilInEffect } from './real-envoy.ts'
import { testFolder } from './test-folder.ts'
import { CLIENT, connectAs, ECHO, EDGE, type Identity } from './tls-client.ts'

/** The secrets of the document, each named after its files. */
export const SECRETS = {
  edge: { certificate: 'edge.pem', key: 'edge.key' },
  client: { certificate: 'client.pem', key: 'client.key' },
  mesh: { ca: 'ca.pem' },
}

const INTERVAL_MS = 20

/** @param listener `tls` of the listener; @param upstream `tls` of the upstream */
export async function startTlsEdge(
  t: Teardowns,
  { listener, upstream, mode = 'l7' }: { listener?: object; upstream?: object; mode?: 'l4' | 'l7' },
) {
  const root = testFolder(t)
  const folder = join(root, 'certs')
  await mkdir(folder)
  const authority = await Authority.create('mesh')
  const file = (name: string) => join(folder, name)
  const write = async (name: string, { certificate, key }: Issued) => {
    await replaceFile(file(`${name}.key`), key)
    await replaceFile(file(`${name}.pem`), certificate)
  }
  await replaceFile(file('ca.pem'), authority.issued.certificate)
  for (const subject of [EDGE, CLIENT, ECHO]) await write(subject.name, await authority.issue(subject))

  const tls = {
    certificate: file('echo.pem'),
    key: file('echo.key'),
    clientCa: file('ca.pem'),
    allowPlaintext: true,
  }
  const backend = await startBackend({ id: 'b1', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0, tls })
  t.teardown(() => backend.close())
  const port = await freePort()
  const initial = validateConfig({
    version: 1,
    upstreams: {
      echo: { endpoints: { b1: { address: backend.address } }, ...(upstream && { tls: upstream }) },
    },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    secrets: SECRETS,
    fleets: {
      fleet: {
        kind: 'envoy',
        lb: { mode, policy: 'round_robin' },
        listeners: {
          main: { port, l4: { upstream: 'echo' }, l7: { routes: 'all' }, ...(listener && { tls: listener }) },
        },
      },
    },
  })

  const cache = new SnapshotCache({ consistency: 'enforce' })
  const secrets = new SecretStore({ folder, intervalMs: INTERVAL_MS })
  t.teardown(() => secrets.close())
  const problems: string[] = []
  const firstProblem = Promise.withResolvers<void>()
  const revisions = await Revisions.open({
    store: openSqliteStore(':memory:'),
    cache,
    secrets,
    initial,
    onFault: (error) => {
      problems.push(String(error))
      firstProblem.resolve()
    },
  })
  t.teardown(() => revisions.close())
  const server = await startXdsServer({ cache, address: `unix:${await socketPath(t)}` })
  t.teardown(() => server.close())
  const envoy = await startEnvoy(t, server.address, 'delta', { folder: root })
  await untilInEffect(cache, envoy)

  const address = `127.0.0.1:${port}`
  /** Resolves when a renewal of the files is in effect. */
  const untilRenewed = async (renew: () => Promise<void>) => {
    const served = nextEvent(cache, ({ kind }) => kind === 'snapshot')
    await renew()
    await served
    await untilInEffect(cache, envoy)
  }
  /** Writes a revision by a merge patch, and resolves with its outcome: if that is `synced`, when it is in effect. */
  const patch = async (change: object) => {
    const { number } = await revisions.write((config) => validateConfig(mergePatch(config, change)), {
      author: 'test',
    })
    const { outcome } = await revisions.progress(number, AbortSignal.timeout(30_000))
    if (outcome === 'synced') await untilInEffect(cache, envoy)
    return outcome
  }
  return {
    address,
    authority,
    backend,
    cache,
    envoy,
    problems,
    file,
    folder,
    patch,
    revisions,
    /** Resolves when the first problem is reported. */
    untilProblem: firstProblem.promise,
    untilRenewed,
    write,
    /** An identity that is valid when the fixture starts. */
    identity: async (): Promise<Identity> => ({
      ca: authority.issued.certificate,
      issued: {
        certificate: await readFile(file('client.pem'), 'utf8'),
        key: await readFile(file('client.key'), 'utf8'),
      },
    }),
    tls: (change: object) => patch({ fleets: { fleet: { listeners: { main: { tls: change } } } } }),
  }
}

export interface TlsLoad {
  /** Resolves when that many further calls have ended. */
  readonly further: (calls: number) => Promise<void>
  /** Resolves with the message of the first call that fails. */
  readonly firstFailure: Promise<string>
  readonly stop: () => Promise<{ readonly calls: number; readonly failures: readonly string[] }>
}

/** Makes calls on open connections, and calls on new ones; each new connection calls `identity` again. */
export function startTlsLoad(t: Teardowns, address: string, identity: () => Identity | undefined): TlsLoad {
  const failures: string[] = []
  const { promise: firstFailure, resolve: failed } = Promise.withResolvers<string>()
  const waiting = new Set<{ readonly at: number; readonly resolve: () => void }>()
  let calls = 0
  let isRunning = true
  const kept = [connectAs(address, identity()), connectAs(address, identity())]
  const count = async (call: Promise<unknown>) => {
    await call.catch(({ message }: Error) => {
      failures.push(message)
      failed(message)
    })
    calls += 1
    for (const one of waiting) if (calls >= one.at && waiting.delete(one)) one.resolve()
  }
  const workers = [
    ...kept.map(async (client) => {
      while (isRunning) await count(client.unary({ message: 'kept' }))
    }),
    (async () => {
      while (isRunning) {
        const client = connectAs(address, identity())
        await count(client.unary({ message: 'new' }))
        client.close()
      }
    })(),
  ]
  const stop = async () => {
    isRunning = false
    await Promise.all(workers)
    for (const client of kept) client.close()
    return { calls, failures }
  }
  t.teardown(stop)
  return {
    further: (more) => new Promise((resolve) => waiting.add({ at: calls + more, resolve })),
    firstFailure,
    stop,
  }
}
