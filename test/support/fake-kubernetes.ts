// A server that lists and watches EndpointSlices as the API of Kubernetes does. `npm run test:kubernetes` has the real one.

import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ownFolder } from './own-folder.ts'

interface Slice {
  readonly metadata: { readonly name: string }
  readonly [field: string]: unknown
}

export interface FakeKubernetes {
  readonly kubeconfig: string
  /** Adds or replaces a slice. */
  readonly put: (slice: Slice) => void
  readonly remove: (name: string) => void
  /** From now on each request is answered with this status; undefined for as usual. Open watches end. */
  readonly rejectWith: (status: number | undefined) => void
  /** Ends all watches, and says that their resource version is gone: what changed meanwhile must be listed. */
  readonly expire: (meanwhile: () => void) => void
  readonly lists: () => number
}

export async function startFakeKubernetes(t: Test): Promise<FakeKubernetes> {
  const slices = new Map<string, object>()
  const watches = new Set<ServerResponse>()
  const log: { readonly version: number; readonly line: string }[] = []
  let version = 1
  let status: number | undefined
  let lists = 0
  let oldest = 0
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://api')
    response.setHeader('content-type', 'application/json')
    const gone = searchParams.has('watch') && Number(searchParams.get('resourceVersion')) < oldest
    const rejected = gone ? 410 : status
    if (rejected !== undefined) {
      response.writeHead(rejected).end(JSON.stringify({ kind: 'Status', code: rejected }))
    } else if (searchParams.has('watch')) {
      response.flushHeaders()
      const since = Number(searchParams.get('resourceVersion'))
      for (const one of log) if (one.version > since) response.write(one.line)
      watches.add(response)
      response.on('close', () => watches.delete(response))
    } else {
      lists += 1
      const list = { metadata: { resourceVersion: String(version) }, items: [...slices.values()] }
      response.end(JSON.stringify({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSliceList', ...list }))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const kubeconfig = join(await ownFolder(t), 'kubeconfig.json')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'switchyard', user: { token: 'x' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'switchyard' } }],
    'current-context': 'fake',
  }
  await writeFile(kubeconfig, JSON.stringify(config))
  const send = (type: string, object: object) => {
    const line = `${JSON.stringify({ type, object })}\n`
    log.push({ version, line })
    for (const one of watches) one.write(line)
  }
  const endWatches = () => {
    for (const one of watches) one.end()
    watches.clear()
  }
  return {
    kubeconfig,
    put(slice) {
      const { name } = slice.metadata
      version += 1
      const type = slices.has(name) ? 'MODIFIED' : 'ADDED'
      const metadata = { ...slice.metadata, namespace: 'shop', resourceVersion: String(version) }
      slices.set(name, { ...slice, metadata })
      send(type, { ...slice, metadata })
    },
    remove(name) {
      const slice = slices.get(name) ?? {}
      slices.delete(name)
      version += 1
      send('DELETED', { ...slice, metadata: { name, namespace: 'shop', resourceVersion: String(version) } })
    },
    rejectWith(next) {
      status = next
      endWatches()
    },
    expire(meanwhile) {
      endWatches()
      meanwhile()
      version += 1
      oldest = version
    },
    lists: () => lists,
  }
}
