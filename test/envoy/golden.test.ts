// One real Envoy accepts every golden output, one after another, as revisions of a fleet.

import { isMessage, type Message } from '@bufbuild/protobuf'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import t from 'tap'
import { IN_BOOTSTRAPS } from '../../control-plane/translate/in-bootstraps.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import { freePort } from '../../processes/free-port.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { GOLDEN_FOLDER, IN, namesOf, readCase } from '../golden/goldens.ts'
import { namedFiles } from '../support/named-files.ts'
import { socketPath } from '../support/open-backend.ts'
import { startEnvoy, untilInEffect } from '../support/real-envoy.ts'
import { issuedSecretBytes } from '../support/secret-bytes.ts'

/** The documents have ports that others on this machine may listen on. */
class FreePorts {
  readonly #known = new Map<number, number>()

  /** Each port of a listener becomes a free one, the same one each time. */
  async give(resources: readonly Message[]): Promise<void> {
    for (const resource of resources) {
      if (!isMessage(resource, ListenerSchema) || resource.address?.address.case !== 'socketAddress') continue
      const { portSpecifier } = resource.address.address.value
      if (portSpecifier.case !== 'portValue') continue
      const free = this.#known.get(portSpecifier.value) ?? (await freePort())
      this.#known.set(portSpecifier.value, free)
      portSpecifier.value = free
    }
  }
}

t.test('Envoy ACKs every golden output', async (t) => {
  const cache = new SnapshotCache({ consistency: 'enforce', external: IN_BOOTSTRAPS })
  const server = await startXdsServer({ cache, address: `unix:${await socketPath(t)}` })
  t.teardown(() => server.close())
  const envoy = await startEnvoy(t, server.address, 'delta')
  const authority = await Authority.create('golden')
  const ports = new FreePorts()

  for (const name of namesOf(GOLDEN_FOLDER, IN)) {
    const config = readCase(GOLDEN_FOLDER, name)
    const secretBytes = await issuedSecretBytes(config, authority)
    for (const [fleet, { kind }] of Object.entries(config.fleets)) {
      if (kind !== 'envoy') continue
      await t.test(`${name}, fleet ${fleet}`, async (t) => {
        const resources = translateFleet(config, fleet, secretBytes, namedFiles(config))
        await ports.give(resources)
        cache.setSnapshot('fleet', resources)
        await untilInEffect(cache, envoy)
        const [node] = cache.status('fleet')
        t.equal(node?.id, envoy.nodeId)
        const listeners = (await envoy.admin.dynamicListeners()).filter(({ state }) => state === 'active')
        t.same(
          listeners.map((listener) => listener.name),
          Object.keys(config.fleets[fleet]?.listeners ?? {}).toSorted(),
          'Envoy serves its listeners',
        )
      })
    }
  }
})
