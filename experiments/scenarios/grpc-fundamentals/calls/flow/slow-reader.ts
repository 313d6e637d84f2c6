// Backpressure: how much a sender may send while nobody reads, and what happens when somebody does.

import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { facts } from '../../../../../harness/facts.ts'
import type { Measured } from '../../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../../harness/scenario.ts'
import { openChannel } from '../echo-channel.ts'
import type { StoryServer } from '../story-server.ts'
import { serverOn, WAY_TITLES, WAYS, type Way } from '../ways.ts'

/**
 * `server-sends` and `client-sends`: the other side reads one message and then pauses. `careless`: a server that ignores what `write`
 * returns. `not-begun`: a client that has not begun to read its answers at all.
 */
export const CASES = ['server-sends', 'client-sends', 'careless', 'not-begun'] as const
export type Case = (typeof CASES)[number]

/** A proxy does not change what one side does wrong. */
export const waysOf = (kind: Case): readonly Way[] =>
  kind === 'careless' || kind === 'not-begun' ? ['direct'] : WAYS

export const MESSAGE_BYTES = 16 * 1024
/** The reader pauses for this time. */
export const PAUSE_MS = 500
/** Then a message is read each time that this timer fires. */
const READ_EVERY_MS = 1
/** The sender stops then, or after this number of messages. */
const SEND_MS = 1_000
const MOST_MESSAGES = 512
const SAMPLE_MS = 50

export const SENT = 'sent'
export const READ = 'read'
export const SENT_UNREAD = 'sent while nobody read (KiB)'
/** Of the messages that a careless sender writes, in its own memory. */
export const BUFFERED = 'most waiting in the buffer of the sender (KiB)'

export const slowReaderId = (kind: Case, way: Way) => `calls.slow-reader.${kind}.${way}`

export function slowReaderRun(kind: Case, way: Way): Run {
  return {
    id: slowReaderId(kind, way),
    labels: { calls: `slow reader: ${kind}`, way: WAY_TITLES[way] },
    seconds: 2,
    rounds: 1,
    measure: (context) => measure(context, kind, way),
  }
}

/** What both sides count while they send and read. */
class Flow {
  accepted = 0
  read = 0
  mostBuffered = 0
  readonly #begin = performance.now()

  get elapsedMs(): number {
    return performance.now() - this.#begin
  }

  async send(call: Writable, careless: boolean): Promise<void> {
    const payload = new Uint8Array(MESSAGE_BYTES)
    while (this.elapsedMs < SEND_MS && this.accepted < MOST_MESSAGES) {
      const more = call.write({ payload })
      this.accepted += 1
      this.mostBuffered = Math.max(this.mostBuffered, call.writableLength)
      if (careless) await setImmediate()
      else if (!more) await once(call, 'drain')
    }
    call.end()
  }

  /** @param begins whether it reads the first message before it pauses */
  async readLate(call: Readable, begins: boolean): Promise<void> {
    if (!begins) await setTimeout(PAUSE_MS)
    for await (const _ of call) {
      this.read += 1
      await setTimeout(this.read === 1 && begins ? PAUSE_MS : READ_EVERY_MS)
    }
  }
}

async function measure(context: RunContext, kind: Case, way: Way): Promise<Measured> {
  const { server, address } = await serverOn(context, way)
  const channel = openChannel(address)
  const flow = new Flow()
  const sent = new Map<number, number>()
  const read = new Map<number, number>()
  let unread = 0
  const sample = () => {
    // Timers are late on a busy machine: the last sample of an interval counts.
    const atMs = Math.ceil(flow.elapsedMs / SAMPLE_MS) * SAMPLE_MS
    sent.set(atMs, flow.accepted)
    read.set(atMs, flow.read)
    if (flow.read <= 1) unread = flow.accepted
  }
  const timer = setInterval(sample, SAMPLE_MS)
  try {
    if (kind === 'client-sends') await upload(server, channel, flow)
    else await download(server, channel, flow, kind)
    sample()
  } finally {
    clearInterval(timer)
    channel.close()
  }
  return facts({
    seconds: flow.elapsedMs / 1_000,
    messages: flow.read,
    bytes: flow.read * MESSAGE_BYTES,
    figures: {
      [SENT_UNREAD]: (unread * MESSAGE_BYTES) / 1_024,
      [BUFFERED]: (flow.mostBuffered * MESSAGE_BYTES) / 1_024,
    },
    series: [
      { name: SENT, unit: 'messages so far', points: [...sent] },
      { name: READ, unit: 'messages so far', points: [...read] },
    ],
  })
}

type Channel = ReturnType<typeof openChannel>

async function download(server: StoryServer, channel: Channel, flow: Flow, kind: Case): Promise<void> {
  server.serve({ serverStream: (call) => void flow.send(call, kind === 'careless') })
  await flow.readLate(channel.calls().serverStream({ message: '1' }), kind !== 'not-begun')
}

async function upload(server: StoryServer, channel: Channel, flow: Flow): Promise<void> {
  server.serve({
    async clientStream(call, answer) {
      await flow.readLate(call, true)
      answer(null, {})
    },
  })
  await new Promise<void>((resolve, reject) => {
    const call = channel.calls().clientStream((error) => (error ? reject(error) : resolve()))
    void flow.send(call, false)
  })
}
