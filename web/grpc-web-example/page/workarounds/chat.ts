// Both directions without a bidirectional stream: one server stream for what arrives, a unary call for what is sent.
// Here it is a chat over the key-value service: a room is a prefix of keys, which everybody in the room watches.

import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'
import { KeyValueService, WatchResponse_Kind } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'

export interface ChatMessage {
  readonly from: string
  readonly text: string
}

export interface ChatRoom {
  send(from: string, text: string): Promise<void>
  leave(): void
  /** Resolves when the stream has ended: '' after `leave`, else with the reason. */
  readonly ended: Promise<string>
}

export interface ChatOptions {
  readonly baseUrl: string
  readonly room: string
  readonly onMessage: (message: ChatMessage) => void
  /** Called once all earlier messages have been told. */
  readonly onEntered?: () => void
  readonly token?: string
}

/** Every message is a key of its own, in the order of their times: `ROOM/TIME-ID`. */
export function enterChat({ baseUrl, room, onMessage, onEntered, token }: ChatOptions): ChatRoom {
  const client = createClient(KeyValueService, createGrpcWebTransport({ baseUrl }))
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const leaving = new AbortController()
  const listen = async () => {
    const watch = client.watch({ prefix: `${room}/` }, { signal: leaving.signal, headers })
    for await (const { kind, entry } of watch) {
      if (kind === WatchResponse_Kind.CAUGHT_UP) onEntered?.()
      if (kind === WatchResponse_Kind.PUT && entry)
        onMessage(JSON.parse(new TextDecoder().decode(entry.value)))
    }
    return 'the server has ended the stream'
  }
  return {
    ended: listen().catch((error) => {
      const { code, message } = ConnectError.from(error)
      return code === Code.Canceled ? '' : message
    }),
    async send(from, text) {
      const message: ChatMessage = { from, text }
      const key = `${room}/${Date.now()}-${crypto.randomUUID()}`
      await client.put({ key, value: new TextEncoder().encode(JSON.stringify(message)) }, { headers })
    },
    leave: () => leaving.abort(),
  }
}
