// Starts a service mesh of Envoys around backends, configured by a control plane of its own over REST.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { FleetNode } from '../../envoy-bootstrap/envoy-fleet.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { writeCertificates } from '../certificates/folder.ts'
import type { ProxiedBackend } from '../proxies/proxy.ts'
import { startTestbed, type Testbed } from '../testbed.ts'
import { type MeshPolicy, type MeshShape, meshDocument, policyPatch } from './mesh-document.ts'

export interface RunningMesh {
  /** What clients call: the proxy beside them. */
  readonly address: string
  /** The Envoys in the order in which a call passes them; those of the backends last. */
  readonly envoys: readonly FleetNode[]
  readonly testbed: Testbed
  /** Replaces what the balancing proxy does with calls. Resolves when every Envoy has ACKed it. */
  readonly setPolicy: (policy: MeshPolicy) => Promise<void>
}

/**
 * @param folder of the document, certificates, logs and revisions
 * @throws SwitchyardError `process-failed` if a part does not start
 */
export async function startMesh(
  group: ProcessGroup,
  folder: string,
  {
    shape,
    backends,
    policy,
  }: { readonly shape: MeshShape; readonly backends: readonly ProxiedBackend[]; readonly policy: MeshPolicy },
): Promise<RunningMesh> {
  const ports = await Promise.all(backends.map(() => freePort()))
  const { document, fleets, entry } = meshDocument(shape, backends, policy, ports)
  await mkdir(folder, { recursive: true })
  await writeCertificates(folder)
  const configFile = join(folder, 'mesh.yaml')
  await writeFile(configFile, stringify(document))
  // The control plane sends secrets only over mutual TLS.
  const sizes = new Map(fleets.map((name) => [name, 1]))
  const testbed = await startTestbed(group, { folder, configFile, fleets: sizes, backends: 0, mtls: true })
  return {
    address: testbed.fleets.get(entry)?.[0]?.target ?? '',
    envoys: fleets.flatMap((name) => testbed.fleets.get(name) ?? []).map(({ envoy }) => envoy),
    testbed,
    setPolicy: async (next) => void (await testbed.rest.patchConfig(policyPatch(shape, next))),
  }
}
