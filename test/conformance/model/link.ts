// The link from a client of the model to a server: in memory, where each step is seen, or over a real socket.

import type { ClientRequest, ClientResponse } from '../../support/client-state.ts'

export interface Link {
  /** Responses that the client has not read yet. */
  readonly inbox: ClientResponse[]
  send(request: ClientRequest): void
  /** The client stops reading, so the server may not write. */
  block(): void
  unblock(): void
  close(): void
  /** The connection reaches its age. Again: the time is over for which pushes wait. */
  age(): void
  readonly isEnding: boolean
  /** The server has ended the stream, as its client has answered. */
  readonly hasEnded: boolean
  /** Heartbeats are due. `isLate`: so late that the client may have dropped what expires. */
  beat(isLate: boolean): void
  /** The message of the error that the client remembers for a name. Undefined if it reads no errors, or was sent none. */
  errorOf(typeUrl: string, name: string): string | undefined
  /** Resolves when the server has read every request and the inbox has every response. */
  settled(): Promise<void>
}

export interface LinkOptions {
  /** The client reads why names are missing. */
  readonly readsErrors: boolean
  /** The client drops resources whose TTL is over. */
  readonly takesTtls: boolean
}
