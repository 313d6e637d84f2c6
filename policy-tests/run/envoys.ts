// The Envoys of a run: one for each fleet that is called, with a control plane in this process. They stay while documents change.

import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Message } from '@bufbuild/protobuf'
import { declaredMessages } from '../../control-plane/switches/switches.ts'
import { IN_BOOTSTRAPS } from '../../control-plane/translate/in-bootstraps.ts'
import { withPatchedMessages } from '../../control-plane/translate/patches/envoy-messages.ts'
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
   * @throws SwitchyardError `nacked` with the words of Envoy, or `pending` with the names that do not get ready
   */
  serve(fleet: string, resources: readonly Message[], ports: readonly number[]): Promise<void>
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
    async serve(fleet, resources, ports) {
      cache.setSnapshot(fleet, resources)
      const envoy = running.get(fleet) ?? start(fleet)
      running.set(fleet, envoy)
      await untilInEffect(cache, fleet, await envoy)
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
async function untilInEffect(cache: SnapshotCache, fleet: string, { admin }: RunningEnvoy): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_WARMING_MS)
  for (;;) {
    const { outcome, nodes } = await cache.synced(fleet, { signal })
    if (outcome === 'nacked') throw nacked(fleet, nodes)
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

function nacked(fleet: string, nodes: readonly NodeStatus[]): SwitchyardError {
  const words = nodes.flatMap(({ types }) => Object.values(types).flatMap(({ nack }) => nack?.message ?? []))
  return new SwitchyardError(
    'nacked',
    `Envoy rejects the document for the fleet ${fleet}: ${words.join('; ')}`,
  )
}

function pending(fleet: string, names: readonly string[]): SwitchyardError {
  const seconds = LONGEST_WARMING_MS / 1_000
  const message = `the fleet ${fleet} is not ready after ${seconds} s; it waits for ${names.join(', ')}`
  return new SwitchyardError('pending', message)
}
