// Authorizers with the user's policies, for documents that ask one about each call.

import { resolve } from 'node:path'
import type { Config, EnvoyFleet } from '../../control-plane/document/model.ts'
import { startAuthorizer } from '../../services/authorizer/authorizer-server.ts'
import { compilePolicy } from '../../services/authorizer/policy.ts'
import { readPolicyFolder } from '../../services/authorizer/policy-location.ts'
import type { ServedService } from '../../services/serve-with-health.ts'
import type { Suite } from '../suite/read-suite.ts'
import { LOOPBACK } from './envoys.ts'

/** One for each policy; it stays while documents change. */
export class Authorizers {
  readonly #started = new Map<string, Promise<ServedService>>()

  /**
   * The addresses of the upstreams that decide about calls of these fleets.
   * @throws SwitchyardError `not-found` or `bad-bundle` if the policy cannot be used
   */
  async addressesFor(
    { settings, folder }: Suite,
    { fleets }: Config,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const asked = names.flatMap((name) => {
      const { security } = fleets[name] as EnvoyFleet
      return security?.opa?.enabled ? [security.opa.upstream] : []
    })
    if (settings.authorizer === undefined || asked.length === 0) return new Map()
    const { address } = await this.#authorizerFor(resolve(folder, settings.authorizer.policy))
    return new Map(asked.map((upstream) => [upstream, address]))
  }

  async close(): Promise<void> {
    for (const started of this.#started.values()) await (await started).close()
  }

  async #authorizerFor(folder: string): Promise<ServedService> {
    const source = await readPolicyFolder(folder)
    const key = `${folder} ${source.revision}`
    const started =
      this.#started.get(key) ??
      compilePolicy(source).then((current) =>
        startAuthorizer({ listen: { host: LOOPBACK, port: 0 }, policy: { current } }),
      )
    this.#started.set(key, started)
    return started
  }
}
