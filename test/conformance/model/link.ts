// How a client of the model reaches a server: in memory, where each step is seen, or over a real socket.

import type { ClientRequest, ClientResponse } from '../../support/client-state.ts'

export interface Link {
  /** Responses that the client has not looked at yet. */
  readonly inbox: ClientResponse[]
  send(request: ClientRequest): void
  /** The client stops reading, and the server may not write. */
  block(): void
  unblock(): void
  close(): void
  /** Resolves once the server has read all that was sent, and all that it sent is in the inbox. */
  settled(): Promise<void>
}
