// Order: thousands of messages both ways in one call, each with its number.

import { facts } from '../../../../../harness/facts.ts'
import type { ProfileName } from '../../../../../harness/profile.ts'
import type { Run, RunContext } from '../../../../../harness/scenario.ts'
import { openChannel } from '../echo-channel.ts'
import { serverOn, WAY_TITLES, type Way } from '../ways.ts'

const MESSAGES: Readonly<Record<ProfileName, number>> = { quick: 2_000, standard: 20_000, full: 100_000 }

export const SENT_EACH_WAY = 'messages sent each way'
export const ARRIVED_AT_SERVER = 'messages that the server received'
export const ARRIVED_AT_CLIENT = 'messages that the client received'
export const OUT_OF_ORDER = 'messages out of order'

export const orderId = (way: Way) => `calls.order.${way}`

export function orderRun(way: Way): Run {
  return {
    id: orderId(way),
    labels: { calls: 'order of messages', way: WAY_TITLES[way] },
    seconds: 1,
    measure: (context) => measure(context, way),
  }
}

async function measure(context: RunContext, way: Way) {
  const { server, address } = await serverOn(context, way)
  const channel = openChannel(address)
  const count = MESSAGES[context.profile.name]
  const received = { server: 0, client: 0 }
  let outOfOrder = 0
  const receive = (side: keyof typeof received, number: number) => {
    if (number !== received[side]) outOfOrder += 1
    received[side] += 1
  }
  server.serve({
    bidirectional(call) {
      call.on('data', ({ message }) => {
        receive('server', Number(message))
        call.write({ message, sequence: Number(message) })
      })
      call.on('end', () => call.end())
    },
  })
  try {
    const call = channel.calls().bidirectional()
    for (let number = 0; number < count; number += 1) call.write({ message: String(number) })
    call.end()
    for await (const { sequence } of call) receive('client', sequence)
  } finally {
    channel.close()
  }
  return facts({
    messages: received.server + received.client,
    figures: {
      [SENT_EACH_WAY]: count,
      [ARRIVED_AT_SERVER]: received.server,
      [ARRIVED_AT_CLIENT]: received.client,
      [OUT_OF_ORDER]: outOfOrder,
    },
  })
}
