// What the network of a tab did, as the browser's developer tools show it: also what is hidden from pages.
// https://chromedevtools.github.io/devtools-protocol/tot/Network/

import type { CDPSession } from 'playwright-core'

export interface Exchange {
  readonly method: string
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  /** Undefined without a response. */
  httpStatus?: number
  responseHeaders?: Readonly<Record<string, string>>
  /** Such as `http/1.1` or `h2`. */
  protocol?: string
  /** Bytes of the body that have arrived. */
  received: number
  /** Such as `net::ERR_FAILED`, with the reason if CORS blocked it. */
  failure?: string
  isOver: boolean
  /** Of the request that this one is the preflight of. */
  readonly preflightOf?: string
}

/** Names a call in its metadata: the service and the run know it by that. */
const CALL_ID = 'x-call'

export class Exchanges {
  readonly #byRequest = new Map<string, Exchange>()
  #next = Promise.withResolvers<void>()

  /** Begins to watch. @param origin of the page, whose own files do not count */
  static async of(cdp: CDPSession, origin: string): Promise<Exchanges> {
    const exchanges = new Exchanges()
    exchanges.#listen(cdp, origin)
    await cdp.send('Network.enable')
    return exchanges
  }

  /** The request of a call; undefined until it is sent. */
  of(callId: string): Exchange | undefined {
    return this.#entryOf(callId)?.[1]
  }

  /** Its preflight. */
  preflightOf(callId: string): Exchange | undefined {
    const id = this.#entryOf(callId)?.[0]
    return [...this.#byRequest.values()].find(({ preflightOf }) => id !== undefined && preflightOf === id)
  }

  /** Resolves when the browser has a part of the body of the response, whatever its client does with it. */
  async untilReceived(callId: string): Promise<void> {
    while ((this.of(callId)?.received ?? 0) === 0) await this.#next.promise
  }

  /** Resolves when the request has ended or failed. */
  async untilOver(callId: string): Promise<Exchange> {
    for (;;) {
      const exchange = this.of(callId)
      if (exchange?.isOver) return exchange
      await this.#next.promise
    }
  }

  #entryOf(callId: string): readonly [string, Exchange] | undefined {
    return [...this.#byRequest].find(([, { requestHeaders }]) => requestHeaders[CALL_ID] === callId)
  }

  #listen(cdp: CDPSession, origin: string): void {
    cdp.on('Network.requestWillBeSent', ({ requestId, request, initiator }) => {
      if (request.url.startsWith(`${origin}/`)) return
      this.#byRequest.set(requestId, {
        ...{ method: request.method, url: request.url, requestHeaders: lowerCased(request.headers) },
        ...{ received: 0, isOver: false },
        ...(initiator.type === 'preflight' && { preflightOf: initiator.requestId ?? '' }),
      })
      this.#wake()
    })
    cdp.on('Network.responseReceived', ({ requestId, response }) =>
      this.#change(requestId, {
        httpStatus: response.status,
        responseHeaders: lowerCased(response.headers),
        ...(response.protocol !== undefined && { protocol: response.protocol }),
      }),
    )
    cdp.on('Network.dataReceived', ({ requestId, dataLength }) =>
      this.#change(requestId, { received: (this.#byRequest.get(requestId)?.received ?? 0) + dataLength }),
    )
    cdp.on('Network.loadingFinished', ({ requestId }) => this.#change(requestId, { isOver: true }))
    cdp.on('Network.loadingFailed', ({ requestId, errorText, corsErrorStatus }) =>
      this.#change(requestId, {
        isOver: true,
        failure: corsErrorStatus ? `${errorText}, ${corsErrorStatus.corsError}` : errorText,
      }),
    )
  }

  #change(requestId: string, change: Partial<Exchange>): void {
    const exchange = this.#byRequest.get(requestId)
    if (exchange === undefined) return
    Object.assign(exchange, change)
    this.#wake()
  }

  #wake(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
