// What a browser's client must be able to do, each tried by one call.

import { type FollowedEcho, HELD, NEVER } from '../bed/followed-echo.ts'
import type { LabPage } from '../bed/lab-page.ts'
import type { CallSpec, Flavour, LabMessage, LabOutcome } from '../lab/lab-types.ts'

export interface Caller {
  readonly lab: LabPage
  readonly echo: FollowedEcho
  readonly flavour: Flavour
  /** Of the proxy. */
  readonly url: string
  /** Begins the ids of its calls. */
  readonly id: string
}

/** What came of a call, as results keep it. */
export interface Tried {
  readonly outcome: LabOutcome
  /** Whether the service noticed what it had to: a deadline, the end of the call, metadata. */
  readonly seenByService?: string
}

/** Long enough for a machine that is busy; whether it passes is up to the call. */
const DEADLINE_MS = 800

export const METADATA = { 'x-text': 'from the page', 'x-bytes-bin': 'AAEC/w==' } as const
export const FAILURE = { statusCode: 3, statusMessage: 'zu kurz: ätsch' } as const

type Try = (caller: Caller) => Promise<Tried>

export const TRIES = {
  unary: async (caller) => ({ outcome: await call(caller, 'unary', { request: { message: 'hello' } }) }),

  stream: async (caller) => ({
    outcome: await call(caller, 'serverStream', { request: { message: 'hello', count: 3 } }),
  }),

  error: async (caller) => ({
    outcome: await call(caller, 'unary', { request: { message: 'no', ...FAILURE } }),
  }),

  'error after messages': async (caller) => ({
    outcome: await call(caller, 'serverStream', { request: { message: 'no', count: 2, ...FAILURE } }),
  }),

  async cancel(caller) {
    const id = `${caller.id} cancel`
    const ended = call(caller, 'serverStream', { request: { message: HELD, count: 2 } }, 'cancel')
    const { cancelled } = await caller.echo.call(id)
    await caller.lab.run('cancel', id)
    const outcome = await ended
    await cancelled
    return { outcome, seenByService: 'the cancellation' }
  },

  async metadata(caller) {
    const spec = { request: { message: 'hello' }, metadata: METADATA }
    const outcome = await call(caller, 'unary', spec, 'metadata')
    const { metadata } = await caller.echo.call(`${caller.id} metadata`)
    const seen = Object.keys(METADATA).map((key) => `${key}: ${metadata[key]}`)
    return { outcome, seenByService: seen.join(', ') }
  },

  async deadline(caller) {
    const outcome = await call(
      caller,
      'unary',
      { request: { message: NEVER }, timeoutMs: DEADLINE_MS },
      'deadline',
    )
    const { timeLeftMs, cancelled } = await caller.echo.call(`${caller.id} deadline`)
    await cancelled
    const isWithin = timeLeftMs !== undefined && timeLeftMs > 0 && timeLeftMs <= DEADLINE_MS
    return { outcome, seenByService: isWithin ? 'a deadline, and its end' : `${timeLeftMs} ms left` }
  },
} as const satisfies Readonly<Record<string, Try>>

export type Capability = keyof typeof TRIES
export const CAPABILITIES = Object.keys(TRIES) as Capability[]

/** Where the messages of a stream were when the next one had not been sent yet. */
export type Arrival = 'one by one' | 'all at the end'

/**
 * Whether the page gets a message of a stream that goes on. The service sends the second only once the page has the first, or, if the
 * browser has received it and the client still keeps it, once that is certain.
 */
export async function arrivalOf(caller: Caller): Promise<Arrival> {
  const { lab, echo, flavour } = caller
  const id = `${caller.id} held`
  const ended = call(caller, 'serverStream', { request: { message: HELD, count: 2 } }, 'held')
  echo.allow(id)
  await lab.network.untilReceived(id)
  // What the client does with the bytes is done before the page answers this.
  const first = flavour === 'grpc-web binary' ? undefined : await lab.untilTold<LabMessage>(id, 'message')
  await lab.settled()
  const isThere = first !== undefined || lab.told(id, 'message').length > 0
  echo.allow(id)
  await ended
  return isThere ? 'one by one' : 'all at the end'
}

function call(
  { lab, flavour, url, id }: Caller,
  kind: CallSpec['kind'],
  spec: Pick<CallSpec, 'request' | 'metadata' | 'timeoutMs'>,
  name: string = kind === 'unary' ? 'call' : 'stream',
): Promise<LabOutcome> {
  return lab.run('call', { flavour, url, kind, id: `${id} ${name}`, ...spec })
}
