// What a page does instead of the streams that it cannot have, each run with real calls.

import { createHash } from 'node:crypto'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { createClient } from '../../../../services/rpc/index.ts'
import { startBridge } from '../../../../web/grpc-web-example/bridge.ts'
import { CALL_ID } from '../bed/followed-echo.ts'
import { LabPage } from '../bed/lab-page.ts'
import type { WebBed } from '../bed/web-bed.ts'
import type { LabMessage, SocketEnd } from '../lab/lab-types.ts'

const UPLOADED_BYTES = 1_500_000
const CHUNK_BYTES = 100_000

/** Two tabs. Each speaks once the other was heard. @returns what each has seen, in its order */
export async function chat({ browser, lab: alice, urls }: WebBed): Promise<readonly (readonly string[])[]> {
  const bob = await LabPage.open(browser, alice.origin)
  try {
    const tabs = [
      { lab: alice, id: 'alice' },
      { lab: bob, id: 'bob' },
    ] as const
    for (const { lab, id } of tabs) {
      await lab.run('enterChat', { id, url: urls.plaintext, room: 'limits' })
      await lab.untilTold(id, 'entered')
    }
    for (const [index, { lab, id }] of [...tabs, ...tabs].entries()) {
      await lab.run('say', id, `message ${index + 1}`)
      for (const hearer of tabs) await hearer.lab.untilTold(hearer.id, 'message', index)
    }
    for (const { lab, id } of tabs) await lab.run('leaveChat', id)
    return tabs.map(({ lab, id }) =>
      lab.told<{ from: string; text: string }>(id, 'message').map(({ from, text }) => `${from}: ${text}`),
    )
  } finally {
    await bob.close()
  }
}

export interface UploadFound {
  readonly chunks: number | string
  /** Whether the service has what the page has sent. */
  readonly isWhole: boolean
  /** What the same gives as one message. */
  readonly atOnce: number | string
}

export async function uploadInChunks({ lab, urls, target }: WebBed): Promise<UploadFound> {
  const spec = { url: urls.plaintext, bytes: UPLOADED_BYTES, atATime: 4 }
  const chunks = await lab.run('upload', { ...spec, name: 'upload', chunkBytes: CHUNK_BYTES })
  const atOnce = await lab.run('upload', { ...spec, name: 'at once', chunkBytes: UPLOADED_BYTES })
  const service = createClient(KeyValueService, target)
  try {
    const { entries } = await service.list({ prefix: 'upload/', pageSize: 1_000 })
    const stored = createHash('sha256')
    for (const { value } of entries) stored.update(value)
    const sent = createHash('sha256').update(
      Buffer.from(Array.from({ length: UPLOADED_BYTES }, (_, at) => at % 251)),
    )
    return { chunks, isWhole: stored.digest('hex') === sent.digest('hex'), atOnce }
  } finally {
    service.close()
  }
}

export interface SocketFound {
  /** Answers in lock step: the page sends the next message once it has the last answer. */
  readonly answers: readonly string[]
  readonly end: SocketEnd
  /** Whether the service saw that the page closed a second socket. */
  readonly isCancelled: boolean
  /** What a page of another origin gets. */
  readonly stranger: string
}

/** A bidirectional call by the WebSocket bridge. */
export async function streamBySocket({ lab, stranger, echo, target }: WebBed): Promise<SocketFound> {
  const bridge = await startBridge({ target, origins: [lab.origin], metadata: [CALL_ID] })
  const urlOf = (id: string) =>
    `${bridge.url}/${EchoService.typeName}/${EchoService.method.bidirectional.name}?${CALL_ID}=${id}`
  try {
    await lab.run('openSocket', 'socket', urlOf('socket'))
    const answers: string[] = []
    for (const [index, text] of ['ping', 'pong', 'ping again'].entries()) {
      await lab.run('sendOnSocket', 'socket', text)
      const { message = '' } = await lab.untilTold<LabMessage>('socket', 'message', index)
      answers.push(message)
    }
    await lab.run('endSocket', 'socket')
    const end = await lab.untilTold<SocketEnd>('socket', 'ended')

    await lab.run('openSocket', 'closed', urlOf('closed'))
    const { cancelled } = await echo.call('closed')
    await lab.run('cancelSocket', 'closed')
    await cancelled

    const refused = await stranger.run('openSocket', 'stranger', urlOf('stranger')).then(
      () => 'it got in',
      (error: Error) => error.message.replace(/^page\.evaluate: Error: |\n.*/gs, ''),
    )
    return { answers, end, isCancelled: true, stranger: refused }
  } finally {
    await bridge.close()
  }
}
