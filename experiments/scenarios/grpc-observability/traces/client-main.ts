// The client of the traces as a process of its own: makes the calls that a line of stdin asks for, and prints how they ended.

import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { HopService } from '@envoy/xds-protos/switchyard/hop/v1/hop_pb.js'
import { status } from '@grpc/grpc-js'
import { createClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import { messageEvents } from '../../../../services/tracing/message-events.ts'
import type { Asked } from './client-protocol.ts'

const { values } = parseArgs({ options: { target: { type: 'string', default: '' } } })
const options = { interceptors: [messageEvents] }
const hop = createClient(HopService, values.target, { options })
const echo = createClient(EchoService, values.target, { options })

const CALLS: { readonly [K in Asked['call']]: (asked: Asked) => Promise<unknown> } = {
  work: () => hop.work({ callId: 'traced', units: 1 }),
  fail: () => echo.unary({ statusCode: status.INTERNAL, statusMessage: 'out of order' }),
  unary: () => echo.unary({ message: 'traced' }),
  async stream({ messages = 1 }) {
    for await (const _ of echo.serverStream({ count: messages }));
  },
  async upload({ messages = 1 }) {
    await echo.clientStream(Array.from({ length: messages }, () => ({ message: 'traced' })))
  },
  async chat({ messages = 1 }) {
    for await (const _ of echo.bidirectional(
      Array.from({ length: messages }, () => ({ message: 'traced' })),
    ));
  },
}

async function answer(asked: Asked): Promise<void> {
  const codes: Record<string, number> = {}
  for (let made = 0; made < (asked.count ?? 1); made += 1) {
    const code = await CALLS[asked.call](asked).then(
      () => 'OK',
      (error: unknown) => {
        if (!(error instanceof RpcStatusError)) throw error
        return status[error.code] ?? String(error.code)
      },
    )
    codes[code] = (codes[code] ?? 0) + 1
  }
  process.stdout.write(`${JSON.stringify({ codes })}\n`)
}

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => void answer(JSON.parse(line)))
lines.on('close', () => process.exit(0))
process.stdout.write(`${JSON.stringify({ ready: true })}\n`)
