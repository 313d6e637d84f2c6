// Interleaving: four downloads and a small call on one connection, message by message as they arrive.

import { once } from 'node:events'
import { facts } from '../../../../../harness/facts.ts'
import type { Run, RunContext } from '../../../../../harness/scenario.ts'
import { openChannel } from '../echo-channel.ts'
import { serverOn, WAY_TITLES, type Way } from '../ways.ts'

export const STREAMS = 4
export const MESSAGES_EACH = 100
const MESSAGE_BYTES = 32 * 1024

export const CONNECTIONS = 'connections that the server saw'
export const SWITCHES = 'messages that came from another stream than the one before'
export const SMALL_CALL_MS = 'small call (ms)'
export const ARRIVED_BEFORE = 'messages of the downloads that arrived before its answer'

export const interleavingId = (way: Way) => `calls.interleaving.${way}`

export function interleavingRun(way: Way): Run {
  return {
    id: interleavingId(way),
    labels: { calls: 'interleaving', way: WAY_TITLES[way] },
    seconds: 1,
    measure: (context) => measure(context, way),
  }
}

async function measure(context: RunContext, way: Way) {
  const { server, address } = await serverOn(context, way)
  const peers = new Set<string>()
  server.serve({
    unary(call, answer) {
      peers.add(call.getPeer())
      answer(null, {})
    },
    async serverStream(call) {
      peers.add(call.getPeer())
      const payload = new Uint8Array(MESSAGE_BYTES)
      for (let sequence = 0; sequence < MESSAGES_EACH; sequence += 1) {
        if (!call.write({ payload, sequence })) await once(call, 'drain')
      }
      call.end()
    },
  })
  const channel = openChannel(address)
  try {
    return await download(channel, peers)
  } finally {
    channel.close()
  }
}

async function download(channel: ReturnType<typeof openChannel>, peers: ReadonlySet<string>) {
  const begin = performance.now()
  const arrivals: { readonly stream: number; readonly atMs: number }[] = []
  const marks: { atMs: number; label: string }[] = []
  let small: Promise<{ ms: number; before: number }> | undefined
  await Promise.all(
    Array.from({ length: STREAMS }, async (_, stream) => {
      for await (const _message of channel.calls().serverStream({ message: '1' })) {
        arrivals.push({ stream, atMs: performance.now() - begin })
        small ??= callBeside()
      }
    }),
  )
  const answered = await small

  async function callBeside() {
    const sentMs = performance.now() - begin
    marks.push({ atMs: sentMs, label: 'small call sent' })
    await new Promise<void>((resolve, reject) => {
      channel.calls().unary({}, (error) => (error ? reject(error) : resolve()))
    })
    const atMs = performance.now() - begin
    marks.push({ atMs, label: 'answered' })
    return { ms: atMs - sentMs, before: arrivals.length }
  }

  return facts({
    seconds: (performance.now() - begin) / 1_000,
    messages: arrivals.length,
    figures: {
      [CONNECTIONS]: peers.size,
      [SWITCHES]: arrivals.filter((one, index) => index > 0 && one.stream !== arrivals[index - 1]?.stream)
        .length,
      [SMALL_CALL_MS]: answered?.ms ?? 0,
      [ARRIVED_BEFORE]: answered?.before ?? 0,
    },
    series: Array.from({ length: STREAMS }, (_, stream) => ({
      name: `download ${stream + 1}`,
      unit: 'messages',
      points: arrivals.filter((one) => one.stream === stream).map(({ atMs }): [number, number] => [atMs, 1]),
    })),
    marks,
  })
}
