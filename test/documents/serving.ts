// A real Envoy that is served one document after the other.

import type { Config } from '../../control-plane/document/model.ts'
import { IN_BOOTSTRAPS } from '../../control-plane/translate/in-bootstraps.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { namedFiles } from '../support/named-files.ts'
import { socketPath } from '../support/open-backend.ts'
import { startEnvoy, type Teardowns, untilSynced } from '../support/real-envoy.ts'
import { issuedSecretBytes } from '../support/secret-bytes.ts'
import { NAMES } from './places.ts'

/** A document that keeps Envoy waiting for longer, such as by checks of its endpoints, is an error with what it has, and not a hang. */
const LONGEST_MS = 120_000

/** @returns what serves a document, and throws Envoy's text where it NACKs. The next one is served after the base. */
export async function startServing(t: Teardowns, folder: string, base: Config) {
  const cache = new SnapshotCache({ consistency: 'enforce', external: IN_BOOTSTRAPS })
  const server = await startXdsServer({ cache, address: `unix:${await socketPath(t)}` })
  t.teardown(() => server.close())
  const secretBytes = await issuedSecretBytes(base, await Authority.create('random'))
  const envoy = await startEnvoy(t, server.address, 'delta', { folder })
  const ended = envoy.exited.then((exit) => {
    throw new Error(`Envoy has ended: ${JSON.stringify(exit)}; see ${envoy.logFile}`)
  })
  ended.catch(() => {})
  const serve = async (config: Config) => {
    cache.setSnapshot('fleet', translateFleet(config, NAMES.fleet, secretBytes, namedFiles(config)))
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new Error(`not in force after ${LONGEST_MS / 1_000} s`)),
      LONGEST_MS,
    )
    await Promise.race([untilSynced(cache), ended, late])
      .catch((error: unknown) => {
        throw new Error(nacksOf(cache).join('; ') || String(error))
      })
      .finally(() => clearTimeout(timer))
  }
  await serve(base)
  return async (config: Config) => {
    try {
      await serve(config)
    } catch (error) {
      await serve(base)
      throw error
    }
  }
}

/** Envoy's own words. */
function nacksOf(cache: SnapshotCache): readonly string[] {
  return cache
    .status('fleet')
    .flatMap(({ types }) =>
      Object.values(types).flatMap(({ nack }) => (nack === undefined ? [] : [nack.message])),
    )
}
