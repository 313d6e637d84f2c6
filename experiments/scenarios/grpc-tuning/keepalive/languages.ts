// A call in flight over a link that goes silent, of clients in other languages with a keepalive.

import { setTimeout } from 'node:timers/promises'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { GrpcCallResult } from '../../../../testbed/grpc-client-control.ts'
import { type GrpcClientOptions, startGrpcClient } from '../../../../testbed/grpc-client-process.ts'
import type { GrpcLanguage } from '../../../../testbed/grpc-programs/grpc-program.ts'
import { createLink, type Link } from '../../../../testbed/link/create-link.ts'
import { sourceFile } from '../../../../testbed/part.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { howText, noticedFigure, SILENT_LINK } from './silence.ts'
import type { Keepalive } from './variants.ts'

/** What is asked for. gRPC for Go and Java waits ten seconds before a ping, whatever is asked for. */
export const ASKED: Keepalive = { timeMs: 1_000, timeoutMs: 1_000 }
const LEAST_MS = 10_000

export interface LanguageClient {
  readonly language: GrpcLanguage
  readonly title: string
  /** Keepalive as it is in effect. */
  readonly effective: Keepalive
  readonly options: Pick<GrpcClientOptions, 'keepalive' | 'options'>
}

const RAISED: Keepalive = { ...ASKED, timeMs: LEAST_MS }

export const LANGUAGE_CLIENTS: readonly LanguageClient[] = [
  { language: 'go', title: 'gRPC for Go', effective: RAISED, options: { keepalive: ASKED } },
  { language: 'java', title: 'gRPC for Java', effective: RAISED, options: { keepalive: ASKED } },
  {
    ...{ language: 'python', title: 'gRPC for Python (C-core)', effective: ASKED },
    options: {
      options: {
        'grpc.keepalive_time_ms': ASKED.timeMs,
        'grpc.keepalive_timeout_ms': ASKED.timeoutMs,
        'grpc.keepalive_permit_without_calls': 1,
      },
    },
  },
]

export const LANGUAGES = 'keepalive.silent.languages'

/** Nothing but the keepalive may end a call. */
const DEADLINE_MS = 300_000

export async function measureLanguages(context: RunContext): Promise<Measured> {
  const { group, folder } = context
  const link = await createLink(group, SILENT_LINK)
  const near = link.near.namespace
  const server = await startGaugedServer(link.far.namespace.starterIn(group), {}, [link.far.ip])
  const clients = await Promise.all(
    LANGUAGE_CLIENTS.map(({ language, options }) =>
      startGrpcClient(near.starterIn(group), folder, {
        ...{ name: language, language, target: `ipv4:${server.addresses[0]}`, ...options },
      }),
    ),
  )
  const call = JSON.stringify({ calls: 1, deadlineMs: DEADLINE_MS, waitForReady: true })
  const post = sourceFile('experiments/scenarios/grpc-tuning/keepalive/post.ts')
  const callBy = (control: string) => near.run(process.execPath, post, `http://${control}/calls`, call)
  // An answer just before, from which on each of them waits for its time.
  await Promise.all(clients.map(({ control }) => callBy(control)))
  await server.reset({ latch: LANGUAGE_CLIENTS.length + 1 })
  const ended = clients.map(async ({ control, name }) => {
    const answer = await callBy(control)
    const at = Date.now()
    const { codes, errors }: GrpcCallResult = JSON.parse(answer)
    return { name, at, how: `${Object.keys(codes).join()}: ${Object.keys(errors).join()}` }
  })
  await server.until(({ now }) => now === clients.length)
  await untilQuiet(link)
  const silentAt = Date.now()
  await link.set({ ...SILENT_LINK, loss: 1 })
  const found = await Promise.all(ended)
  return facts({
    figures: Object.fromEntries(found.map(({ name, at }) => [noticedFigure(name), at - silentAt])),
    texts: Object.fromEntries(found.map(({ name, how }) => [howText(name), how])),
  })
}

const QUIET_MS = 300

/**
 * Nothing is on its way, and everything is acknowledged. All three clients set TCP_USER_TIMEOUT to the timeout of their keepalive
 * (https://github.com/grpc/proposal/blob/master/A18-tcp-user-timeout.md), so that unacknowledged bytes end a connection before a ping does.
 */
async function untilQuiet(link: Link): Promise<void> {
  const carried = async () =>
    Object.values(await link.counts()).reduce((sum, { packets }) => sum + packets, 0)
  for (let [before, now] = [-1, await carried()]; before !== now; ) {
    await setTimeout(QUIET_MS)
    before = now
    now = await carried()
  }
}
