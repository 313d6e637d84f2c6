// Starts a service mesh of Envoys around backends, configured by a control plane of its own over REST.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../core/errors.ts'
import type { FleetNode } from '../../envoy-bootstrap/envoy-fleet.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { writeCertificates } from '../certificates/folder.ts'
import type { ProxiedBackend } from '../proxies/proxy.ts'
import { startTestbed, type Testbed } from '../testbed.ts'
import { untilActive } from '../until-active.ts'
import {
  type MeshContent,
  type MeshPolicy,
  type MeshShape,
  meshDocument,
  meshEntry,
} from './mesh-document.ts'

export interface RunningMesh {
  /** What clients call: the proxy beside them. */
  readonly address: string
  /** The Envoys in the order in which a call passes them; those of the backends last. */
  readonly envoys: readonly FleetNode[]
  readonly testbed: Testbed
  /** Makes these its backends, and no others. Resolves when every Envoy uses them. */
  readonly setBackends: (backends: readonly ProxiedBackend[]) => Promise<void>
  /** Replaces what the proxy that balances does with calls. Resolves when every Envoy uses it. */
  readonly setPolicy: (policy: MeshPolicy) => Promise<void>
}

export interface MeshOptions {
  readonly shape: MeshShape
  readonly policy: MeshPolicy
  /** The most backends that it can have at a time: with sidecars, each place has an Envoy. */
  readonly places: number
}

/**
 * Starts a mesh without backends.
 * @param folder of the document, certificates, logs and revisions
 * @throws SwitchyardError `process-failed` if a part does not start
 */
export async function startMesh(
  group: ProcessGroup,
  folder: string,
  { shape, policy, places }: MeshOptions,
): Promise<RunningMesh> {
  const ports = await Promise.all(Array.from({ length: places }, freePort))
  let content: MeshContent = { policy, backends: ports.map(() => undefined) }
  const document = meshDocument(shape, ports, content)
  await mkdir(folder, { recursive: true })
  await writeCertificates(folder)
  const configFile = join(folder, 'mesh.yaml')
  await writeFile(configFile, stringify(document))
  // In the order of their Envoys' addresses.
  const fleets = new Map(Object.keys(document.fleets).map((name) => [name, 1]))
  // The control plane sends secrets only over mutual TLS.
  const testbed = await startTestbed(group, { folder, configFile, fleets, backends: 0, mtls: true })
  const change = async (part: Partial<MeshContent>) => {
    content = { ...content, ...part }
    await testbed.rest.putConfig(meshDocument(shape, ports, content))
    await untilActive(testbed)
  }
  return {
    address: testbed.fleets.get(meshEntry(shape))?.[0]?.target ?? '',
    envoys: [...testbed.fleets.values()].flat().map(({ envoy }) => envoy),
    testbed,
    async setBackends(backends) {
      if (backends.length > places) {
        const message = `${backends.length} backends are more than the ${places} places of the mesh; start it with more`
        throw new SwitchyardError('invalid-argument', message)
      }
      const { staying, all } = placesOf(content.backends, backends)
      // Connections to a place would outlast a change of the backend behind it, so that a place is empty in between.
      if (staying.some((one, place) => one === undefined && content.backends[place] !== undefined))
        await change({ backends: staying })
      await change({ backends: all })
    },
    setPolicy: (next) => change({ policy: next }),
  }
}

/** Backends stay where they are; those that come take places that are empty, or become so. */
function placesOf(before: MeshContent['backends'], backends: readonly ProxiedBackend[]) {
  const wanted = new Map(backends.map((backend) => [backend.id, backend]))
  const staying = before.map((backend) => (backend === undefined ? undefined : wanted.get(backend.id)))
  for (const backend of staying) if (backend !== undefined) wanted.delete(backend.id)
  const coming = wanted.values()
  return { staying, all: staying.map((backend) => backend ?? coming.next().value) }
}
