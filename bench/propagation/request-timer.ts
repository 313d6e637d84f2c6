// Times requests on a thread of their own: the load keeps the main thread busy, and would distort every time.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { SwitchyardError } from '../../core/errors.ts'

export interface TimedRequest {
  readonly url: string
  readonly method: 'POST' | 'PUT' | 'PATCH'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The status of a good answer. Default: 200. */
  readonly expected?: number
}

interface TimedAnswer {
  readonly ms: number
  readonly isOk: boolean
  readonly text: string
}

export class RequestTimer {
  readonly #thread = new Worker(new URL('request-thread.ts', import.meta.url))

  constructor() {
    this.#thread.unref()
  }

  /** Milliseconds until the answer is complete; one request at a time. @throws SwitchyardError `process-failed` if its status is another one than expected */
  async time(request: TimedRequest): Promise<number> {
    const answered = once(this.#thread, 'message')
    this.#thread.postMessage(request)
    const [{ ms, isOk, text }] = (await answered) as [TimedAnswer]
    if (!isOk) throw new SwitchyardError('process-failed', `${request.url} answered: ${text}`)
    return ms
  }
}
