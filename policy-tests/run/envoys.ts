// The Envoys of a run: one for each fleet that is called, with a control plane in this process. They stay while documents change.

import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { declaredMessages } from '../../control-plane/switches/switches.ts'
import { IN_BOOTSTRAPS } from '../../control-plane/translate/in-bootstraps.ts'
import { withPatchedMessages } from '../../control-plane/translate/patches/envoy-messages.ts'
import type { Translation } from '../../control-plane/translate/translate.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { type RunningEnvoy, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import {
  createMessageRegistry,
  type NodeStatus,
  SnapshotCache,
  startXdsServer,
} from '../../xds-server/index.ts'

export const LOOPBACK = '127.0.0.1'
const POLL_MS = 5
const LONGEST_FOLDER_BYTES = 60
/** Envoy gives up waiting for what a listener needs after 15 s by itself. */
const LONGEST_WARMING_MS = 30_000
/** Whoever listens answers or hangs up at once; a listener that does neither takes part in no race. */
const LONGEST_BARRIER_MS = 1_000

export interface Envoys {
  readonly version: string
  /**
   * Serves a fleet other resources, and resolves when they are in effect. Its Envoy is started first if it does not run yet.
   * @param ports of its listeners; none of them listened before
   * @throws SwitchyardError `nacked` with the words of Envoy and the places in the document, or `pending` with the names that do not get ready
   */
  serve(fleet: string, translation: Translation, ports: readonly number[]): Promise<void>
  close(): Promise<void>
}

/** @throws SwitchyardError `envoy-not-found` with what to install */
export async function startEnvoys(): Promise<Envoys> {
  const { path: binary, version } = findEnvoy()
  const folder = await mkdtemp(join(folderOfSockets(), 'yard-test-'))
  // Ctrl-C ends this process, and must leave neither Envoys nor files.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeFolder)
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  const cache = new SnapshotCache({
    consistency: 'enforce',
    external: IN_BOOTSTRAPS,
    messages: withPatchedMessages(createMessageRegistry(declaredMessages(), { unknown: 'reject' })),
  })
  // Secrets are sent over a Unix socket, and never over plaintext TCP.
  const server = await startXdsServer({ cache, address: `unix:${join(folder, 'xds.sock')}` })
  const running = new Map<string, Promise<RunningEnvoy>>()
  const start = (fleet: string) => {
    const bootstrap = createBootstrap({
      nodeId: `${fleet}-1`,
      cluster: fleet,
      listenerAddress: LOOPBACK,
      xds: { address: server.address },
    })
    return runEnvoy({ binary, bootstrap, folder, group, drainTimeSeconds: 1 })
  }
  return {
    version,
    async serve(fleet, translation, ports) {
      cache.setSnapshot(fleet, translation.resources)
      const envoy = running.get(fleet) ?? start(fleet)
      running.set(fleet, envoy)
      await untilInEffect(cache, fleet, translation, await envoy)
      await Promise.all(ports.map(passBarrier))
    },
    async close() {
      removeHandlers()
      await group.stop()
      await server.close()
      removeFolder()
      process.off('exit', removeFolder)
    },
  }
}

/** The folder for temporary files, unless its path is too long for a Unix socket in it: Linux takes 107 bytes in all. */
function folderOfSockets(): string {
  const folder = tmpdir()
  return Buffer.byteLength(folder) > LONGEST_FOLDER_BYTES ? '/tmp' : folder
}

/** An ACK is not enough: a cluster warms until its endpoints were checked, and a listener until it has its secrets. */
async function untilInEffect(
  cache: SnapshotCache,
  fleet: string,
  translation: Translation,
  { admin }: RunningEnvoy,
): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_WARMING_MS)
  for (;;) {
    const { outcome, nodes } = await cache.synced(fleet, { signal })
    if (outcome === 'nacked') throw nacked(fleet, nodes, translation)
    if (outcome === 'synced') break
    if (signal.aborted) throw pending(fleet, ['the answer of Envoy'])
    await setTimeout(POLL_MS)
  }
  await admin.waitUntilLive()
  for (;;) {
    const held = [...(await admin.dynamicClusters()), ...(await admin.dynamicListeners())]
    const warming = held.filter(({ state }) => state === 'warming').map(({ name }) => name)
    if (warming.length === 0) return
    if (signal.aborted) throw pending(fleet, warming)
    await setTimeout(POLL_MS)
  }
}

/**
 * What Envoy's main thread has is in the queue of its worker then, and a worker takes its queue before it answers a new connection.
 * So an exchange of bytes on one, whatever comes back, is behind all changes.
 */
async function passBarrier(port: number): Promise<void> {
  const socket = connect(port, LOOPBACK)
  socket.on('error', () => {})
  socket.end('\r\n\r\n').resume()
  const ended = once(socket, 'close').catch(() => {})
  await Promise.race([ended, setTimeout(LONGEST_BARRIER_MS, undefined, { ref: false })])
  socket.destroy()
}

/** The entries of the document whose resources Envoy names; of the whole response if it names none. */
function nacked(fleet: string, nodes: readonly NodeStatus[], { provenance }: Translation): SwitchyardError {
  const problems = nodes.flatMap(({ types }) =>
    Object.entries(types).flatMap(([typeUrl, { nack }]) => {
      if (nack === undefined) return []
      const named = nack.names.filter((name) => nack.message.includes(name))
      const names = named.length > 0 ? named : nack.names
      const places = names.flatMap((name) => provenance.get(`${typeUrl} ${name}`) ?? [])
      return [{ path: [...new Set(places)].join(', ') || typeUrl, message: nack.message }]
    }),
  )
  return new SwitchyardError('nacked', `Envoy rejects the document for the fleet ${fleet}:`, { problems })
}

function pending(fleet: string, names: readonly string[]): SwitchyardError {
  const seconds = LONGEST_WARMING_MS / 1_000
  const message = `the fleet ${fleet} is not ready after ${seconds} s; it waits for ${names.join(', ')}`
  return new SwitchyardError('pending', message)
}
