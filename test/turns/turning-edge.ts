// A control plane, an Envoy and backends for the turns of switches: documents are written over REST, under load.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { freePort } from '../../processes/free-port.ts'
import { startBackend } from '../../services/backend-server.ts'
import { SECRETS, writeCertificates } from '../../testbed/certificates/folder.ts'
import { baseDocument } from '../documents/base-document.ts'
import { NAMES } from '../documents/places.ts'
import { setAt } from '../documents/set-at.ts'
import { namedFiles } from '../support/named-files.ts'
import { socketPath } from '../support/open-backend.ts'
import { startEnvoy, type Teardowns } from '../support/real-envoy.ts'
import { testFolder } from '../support/test-folder.ts'
import { type MixedLoad, startMixedLoad } from './mixed-load.ts'
import type { TurnParts } from './own-turns.ts'

/**
 * How long callers may take to leave a connection after its first GOAWAY, and how long a replaced listener stays. Envoy closes
 * a connection then, with the calls that are still open on it: the callers share a process with the control plane, and may be late.
 */
const DRAIN_SECONDS = 30
/** Calls after each write, in addition to those during it. */
const CALLS_AFTER = 60

/** Backends that speak plaintext and TLS on one port, and an Envoy in which the base document is in effect. */
export async function startTurningEdge(t: Teardowns) {
  const folder = testFolder(t)
  await writeCertificates(folder)
  const secretsFolder = join(folder, SECRETS)
  const tls = {
    certificate: join(secretsFolder, 'echo.pem'),
    key: join(secretsFolder, 'echo.key'),
    clientCa: join(secretsFolder, 'ca.pem'),
    allowPlaintext: true,
  }
  const start = async (id: string) => {
    const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0, tls })
    t.teardown(() => backend.close())
    return backend.address
  }
  const [b1, b2, b3, other] = await Promise.all([start('b1'), start('b2'), start('b3'), start('other')])
  const port = await freePort()
  const plain = baseDocument({ echo: [b1, b2, b3], other, port })
  const base = setAt(plain, ['fleets', NAMES.fleet, 'connections'], { drain: `${DRAIN_SECONDS}s` })
  const filesFolder = join(folder, 'files')
  await mkdir(filesFolder)
  const control = await startControlPlane({
    config: base,
    admin: '127.0.0.1:0',
    xds: `unix:${await socketPath(t)}`,
    secretsFolder,
    filesFolder,
    drainTimeMs: (DRAIN_SECONDS + 1) * 1_000,
  })
  t.teardown(() => control.close())
  const envoyFolder = join(folder, 'envoy')
  await mkdir(envoyFolder)
  const envoy = await startEnvoy(t, control.xdsAddress, 'delta', {
    folder: envoyFolder,
    cluster: NAMES.fleet,
    drainTimeSeconds: DRAIN_SECONDS,
  })
  await envoy.admin.waitUntilLive()
  const rest = new RestClient({ url: control.adminUrl })
  const parts: TurnParts = { otherPort: Number(other.split(':').at(-1)), folder: envoyFolder }

  return {
    base,
    parts,
    startLoad: async () => {
      const load = startMixedLoad(`127.0.0.1:${port}`)
      t.teardown(() => load.stop())
      await load.further(CALLS_AFTER)
      return load
    },
    /** Writes a document, and resolves with what became of it, after some more calls. */
    write: async (document: object, load: MixedLoad) => {
      for (const [file, content] of namedFiles(document as Config))
        await writeFile(join(filesFolder, file), content)
      const outcome = await rest.putConfig(document).then((answer) => answer.outcome, outcomeOf)
      await load.further(CALLS_AFTER)
      return outcome
    },
    /** Resolves when no replaced listener has connections anymore. */
    untilDrained: async (load: MixedLoad) => {
      while ((await envoy.admin.draining()) > 0) await load.further(1)
      await load.further(CALLS_AFTER)
    },
  }
}

/** What a write ended with that was not accepted. */
function outcomeOf(thrown: unknown): string {
  const { code, message } = SwitchyardError.from(thrown)
  return code === 'nacked' ? code : message
}
