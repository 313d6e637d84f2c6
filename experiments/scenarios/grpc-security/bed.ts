// What the steps share: a testbed, the people who call it, authorized calls that never stop, and which settings are in force.

import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { SwitchyardError } from '../../../core/errors.ts'
import type { RunContext, SharedContext } from '../../../harness/scenario.ts'
import { startTestbed, type Testbed, type TestbedNode } from '../../../testbed/testbed.ts'
import { AuthorizedLoad } from './load.ts'
import { createPeople, type People } from './people.ts'
import { type Change, OPEN_TO_ALL } from './steps.ts'

const FLEET = 'edge'
const BACKENDS = 2
/** Seconds after which Envoy closes connections of a replaced listener. */
const DRAIN_SECONDS = 2
const POLL_MS = 50

export class Bed {
  readonly nodes: readonly TestbedNode[]
  readonly people: People
  readonly load: AuthorizedLoad
  readonly #testbed: Testbed
  #inForce: Change | undefined = OPEN_TO_ALL

  private constructor(testbed: Testbed, people: People) {
    this.#testbed = testbed
    this.people = people
    this.nodes = testbed.fleets.get(FLEET) ?? []
    this.load = new AuthorizedLoad(
      this.nodes.map(({ target }) => target),
      people.authorized.token,
    )
  }

  /** The bed of the scenario; a new one after a step that failed, because nobody knows what is in force there. */
  static async of({ shared }: RunContext, envoys: number): Promise<Bed> {
    for (let number = 1; ; number += 1) {
      const bed = await shared(`testbed ${number}`, (context) => Bed.#start(context, envoys))
      if (bed.#inForce !== undefined) return bed
    }
  }

  static async #start({ group, folder }: SharedContext, envoys: number): Promise<Bed> {
    const testbed = await startTestbed(group, {
      ...{ folder, fleets: new Map([[FLEET, envoys]]), backends: BACKENDS, drainSeconds: DRAIN_SECONDS },
      // The control plane sends secrets only over mutual TLS or a Unix socket.
      ...{ security: true, mtls: true },
    })
    const { security } = testbed
    if (security === undefined) throw new SwitchyardError('internal', 'the testbed has no issuer')
    const people = await createPeople(folder, join(folder, 'strangers'), security.issuer.tokens)
    const bed = new Bed(testbed, people)
    await bed.load.moveTo()
    group.ending.addEventListener('abort', () => void bed.load.stop())
    return bed
  }

  /** Brings it to where a step begins, without calls: with `--only`, other steps have not been measured. */
  async prepare(wanted: Change): Promise<void> {
    if (isDeepStrictEqual(this.#inForce, wanted)) return
    await this.load.stop()
    if (!isDeepStrictEqual(this.#inForce?.settings, wanted.settings)) await this.#apply(wanted)
    await this.load.moveTo(this.#identityOf(wanted))
    this.#inForce = wanted
  }

  /** Makes a change while calls go on. Resolves with the time from REST to ACK, in milliseconds. */
  async change(wanted: Change): Promise<number> {
    const before = this.#inForce
    this.#inForce = undefined
    const ackedMs = await this.#apply(wanted)
    if (before?.load !== wanted.load) await this.load.moveTo(this.#identityOf(wanted))
    this.#inForce = wanted
    return ackedMs
  }

  #identityOf({ load }: Change) {
    return load === 'tls' ? this.people.authorized.identity : undefined
  }

  async #apply({ settings }: Change): Promise<number> {
    const begun = performance.now()
    const { outcome } = await this.#testbed.rest.patchConfig({ fleets: { [FLEET]: settings } })
    const ackedMs = performance.now() - begun
    if (outcome !== 'synced') {
      throw new SwitchyardError(
        'process-failed',
        `no Envoy of fleet "${FLEET}" is connected: the outcome is ${outcome}`,
      )
    }
    await Promise.all(this.nodes.map(untilReplaced))
    return ackedMs
  }
}

/**
 * An ACK does not mean that a listener is in effect: it may wait for keys or certificates, and then open connections stay with the
 * old filter chain until the drain time ends. On a busy machine that may be over before anybody looks.
 */
async function untilReplaced({ envoy }: TestbedNode): Promise<void> {
  const isWarming = async () =>
    (await envoy.admin.dynamicListeners()).some(({ state }) => state === 'warming')
  while (await isWarming()) await setTimeout(POLL_MS)
  while ((await envoy.admin.draining()) > 0) await setTimeout(POLL_MS)
}
