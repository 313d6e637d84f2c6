// A client that does not read: the sender stops, other calls of the connection go on, and all arrives in the end.

import { setTimeout } from 'node:timers/promises'
import { facts } from '../../../../harness/facts.ts'
import { lanesOf } from '../../../../harness/lanes-of.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { SeenFrame } from '../../../../testbed/http2/connection-reader.ts'
import { DEFAULT_WINDOW, flowControlOf } from '../../../../testbed/http2/flow-control.ts'
import { frameOf } from '../../../../testbed/http2/frame-types.ts'
import { sharedBackend, tapped } from '../tapped-backend.ts'

const MESSAGES = 60
export const MESSAGE_BYTES = 10_000
/** So that the pause can be seen in the picture. */
const PAUSE_MS = 150
const MOST_TRIES = 50
/** The first stream of a client. */
const STREAM = 1

export const FIGURES = {
  granted: 'window granted before the pause (bytes)',
  sent: 'sent before the pause (bytes)',
  least: 'least window (bytes)',
  other: 'calls that ended during the pause',
  stalls: 'stalls of the stream',
  messages: 'messages received',
} as const

export const SLOW_READER = 'flow-control.slow-reader'
export const SENT_MESSAGES = MESSAGES

export async function measureSlowReader(context: RunContext): Promise<Measured> {
  const { address } = await sharedBackend(context)
  const stopped = Promise.withResolvers<void>()
  const account = new StreamAccount(() => stopped.resolve())
  let [messages, others] = [0, 0]
  let atPause = { granted: 0, sent: 0 }
  const [connection] = await tapped({ to: address, onFrame: (seen) => account.add(seen) }, async (client) => {
    const answers = client.serverStream({
      message: 'read me slowly',
      count: MESSAGES,
      payloadSize: MESSAGE_BYTES,
    })
    for await (const _ of answers) {
      messages += 1
      if (messages > 1) continue
      await stopped.promise
      await setTimeout(PAUSE_MS)
      // grpc-js may still read what it has asked for before: the pause counts from where nothing moves during a whole call.
      for (let tries = 0; tries < MOST_TRIES && others === 0; tries += 1) {
        atPause = account.now()
        await client.unary({ message: 'in between' })
        const { sent, granted } = account.now()
        if (sent === atPause.sent && sent === granted) others += 1
      }
      await setTimeout(PAUSE_MS)
    }
  })
  const frames = connection?.frames ?? []
  const { byStream, stalls } = flowControlOf(frames).server
  return facts({
    ...{ calls: 2, codes: { OK: 2 }, messages },
    figures: {
      [FIGURES.granted]: atPause.granted,
      [FIGURES.sent]: atPause.sent,
      [FIGURES.least]: Math.min(...(byStream.get(STREAM) ?? []).map(({ bytes }) => bytes)),
      [FIGURES.other]: others,
      [FIGURES.stalls]: stalls.filter(({ streamId }) => streamId === STREAM).length,
      [FIGURES.messages]: messages,
    },
    texts: {
      lanes: JSON.stringify(
        lanesOf(frames, {
          windows: [
            { from: 'server', streamId: STREAM, label: 'stream 1: what the server may send' },
            { from: 'server', streamId: 0, label: 'connection: what the server may send' },
          ],
        }),
      ),
    },
  })
}

/** What a stream may receive and has received. */
class StreamAccount {
  #granted = DEFAULT_WINDOW
  #sent = 0
  readonly #onEmpty: () => void

  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty
  }

  add({ from, frame }: SeenFrame): void {
    if (frame.streamId !== STREAM) return
    if (from === 'client') this.#granted += frameOf(frame, 'WINDOW_UPDATE')?.increment ?? 0
    else if (frame.type === 'DATA') this.#sent += frame.length
    if (this.#sent >= this.#granted) this.#onEmpty()
  }

  now() {
    return { granted: this.#granted, sent: this.#sent }
  }
}
