// Makes backends send GOAWAY after a flip from L4 to L7, so that no client loses a call.

import type { RestClient } from '../../api/client.ts'
import { followEvents } from '../../api/follow-events.ts'
import type { FlipProgress } from '../../api/schemas/flip.ts'
import type { LbMode } from '../../api/schemas/lb.ts'
import type { RunningBackend } from '../backend.ts'
import { type Document, modeOf } from '../document.ts'

export interface FlipDrainOptions {
  readonly rest: Pick<RestClient, 'getEvents' | 'getConfig' | 'getRevision'>
  readonly backends: readonly Pick<RunningBackend, 'drain'>[]
  /** Whether a fleet has connections that would be cut. Others are left alone: a GOAWAY costs its calls a connection. */
  readonly hasLoad: (fleet: string) => boolean
  /** Ends it. */
  readonly signal: AbortSignal
}

/**
 * A connection through tcp_proxy stays with its backend until Envoy cuts it at the end of the drain time, with the calls on it:
 * Envoy cannot ask an L4 client to leave. A backend can, by GOAWAY through the tunnel, as soon as every node has ACKed the flip.
 * @returns a promise that resolves when `signal` has aborted
 * @throws SwitchyardError like `followEvents`
 */
export async function drainAfterFlips(options: FlipDrainOptions): Promise<void> {
  const { rest, signal } = options
  const modes = new FleetModes(options)
  // One at a time: each flip is compared with the document before it.
  let turn = Promise.resolve()
  const inTurn = (act: () => Promise<void>) => {
    // A control plane that restarts answers nothing. Its next event is a new chance.
    turn = turn.then(act).catch(() => undefined)
  }
  await followEvents(rest, {
    signal,
    onEvent: (event) => {
      if (event.name === 'hello' && !event.data.resumed) inTurn(() => modes.begin())
      else if (event.name === 'flip' && isAcked(event.data)) inTurn(() => modes.acked(event.data))
    },
  })
  await turn
}

function isAcked({ lanes }: FlipProgress): boolean {
  return lanes.length > 0 && lanes.every(({ ackedAt }) => ackedAt !== undefined)
}

/** The mode of each fleet, by the last document that its nodes had ACKed. */
class FleetModes {
  readonly #options: FlipDrainOptions
  readonly #modes = new Map<string, LbMode>()
  #revision = 0

  constructor(options: FlipDrainOptions) {
    this.#options = options
  }

  /** Reads the modes of fleets that are not known yet. The others may have flipped meanwhile: the next flip compares. */
  async begin(): Promise<void> {
    const document = (await this.#options.rest.getConfig()).config as Document
    for (const fleet of Object.keys(document.fleets ?? {})) {
      if (!this.#modes.has(fleet)) this.#modes.set(fleet, modeOf(document, fleet))
    }
  }

  async acked({ revision, fleets }: FlipProgress): Promise<void> {
    // Events repeat a flip with what happens after its ACKs.
    if (revision <= this.#revision) return
    const { rest, backends, hasLoad } = this.#options
    const document = (await rest.getRevision(revision)).document as Document
    this.#revision = revision
    const leaving = fleets.filter((fleet) => {
      const before = this.#modes.get(fleet)
      const after = modeOf(document, fleet)
      this.#modes.set(fleet, after)
      return before === 'l4' && after === 'l7' && hasLoad(fleet)
    })
    if (leaving.length > 0) await Promise.all(backends.map(({ drain }) => drain()))
  }
}
