// A peer that says nothing any more: a link that loses everything, or a process that is stopped. Who notices, and after which time.

import { setTimeout } from 'node:timers/promises'
import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { ProcessStarter } from '../../../../processes/process-group.ts'
import { createLink } from '../../../../testbed/link/create-link.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { optionsOf, serverOptionsOf, type Variant, variantsOf } from './variants.ts'
import { startWatcher } from './watcher/start-watcher.ts'

export const SILENT_LINK = { rttMs: 2, mbitPerSecond: 100 }

/** What ends: packets, or the process at the other end, whose kernel still answers. */
export type Silence = 'link' | 'process'
export const silenceId = (silence: Silence): string => `keepalive.silent.${silence}`

/** How long those are watched that notice nothing, in milliseconds. */
export const WATCHED_MS: Readonly<Record<ProfileName, number>> = {
  ...{ quick: 1_800, standard: 8_000, full: 60_000 },
}

export const noticedFigure = (id: string): string => `${id}: noticed (ms)`
export const howText = (id: string): string => `${id}: how`
export const WATCHED = 'watched (ms)'
export const CALLS_BEFORE = 'calls before'
export const CALLS_AFTER = 'calls after'

/** How often TCP sends again before it gives up, which is 15 times by default. */
export const RETRIES: Readonly<Record<ProfileName, readonly number[]>> = {
  ...{ quick: [2], standard: [2, 3], full: [2, 3, 4, 6] },
}
export const DEFAULT_RETRIES = 15
export const retriesId = (retries: number): string => `keepalive.silent.tcp-${retries}-retries`
export const TCP_VARIANT = 'new-calls.tcp'

/** Of Linux: https://docs.kernel.org/networking/ip-sysctl.html, `tcp_retries2`. */
const LEAST_TIMEOUT_MS = 200
const MOST_TIMEOUT_MS = 120_000

/** When TCP gives up a connection, in milliseconds: each wait is twice the one before it, up to two minutes. */
export function retransmissionMs(retries: number): number {
  const waits = Array.from({ length: retries + 1 }, (_, at) => LEAST_TIMEOUT_MS * 2 ** at)
  return waits.reduce((sum, wait) => sum + Math.min(wait, MOST_TIMEOUT_MS), 0)
}

/** Held until the end: more than there are calls. */
const LATCH = 1_000

export async function measureSilentLink(context: RunContext): Promise<Measured> {
  const { sides, silence } = await startLink(context)
  return await measureSilence(context, sides, silence, variantsOf(context.profile.name))
}

/** New calls over a silent link leave bytes that TCP sends again and again, until it has done so this often. */
export async function measureRetransmission(context: RunContext, retries: number): Promise<Measured> {
  const { sides, silence, link } = await startLink(context)
  const command = `echo ${retries} > /proc/sys/net/ipv4/tcp_retries2`
  await link.near.namespace.run('/bin/sh', '-c', command)
  const title = `new calls with deadlines, no keepalive, \`net.ipv4.tcp_retries2\` ${retries}`
  return await measureSilence(context, sides, silence, [
    { id: TCP_VARIANT, use: 'new calls', title, notices: true },
  ])
}

/** The server's process is stopped, so its own keepalive is not seen: it stands still too. */
export async function measureStoppedProcess(context: RunContext): Promise<Measured> {
  const { group } = context
  const sides: Sides = { client: group, server: group, host: '127.0.0.1' }
  const stopped: number[] = []
  const silence = async (pids: readonly number[]) => {
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    stopped.push(...pids)
  }
  const variants = variantsOf(context.profile.name).filter(({ of }) => of !== 'server')
  try {
    return await measureSilence(context, sides, silence, variants)
  } finally {
    // A stopped process would not end with its group either.
    for (const pid of stopped) process.kill(pid, 'SIGCONT')
  }
}

async function startLink({ group }: RunContext) {
  const link = await createLink(group, SILENT_LINK)
  const sides: Sides = {
    client: link.near.namespace.starterIn(group),
    server: link.far.namespace.starterIn(group),
    host: link.far.ip,
  }
  return { link, sides, silence: () => link.set({ ...SILENT_LINK, loss: 1 }) }
}

interface Sides {
  readonly client: ProcessStarter
  readonly server: ProcessStarter
  /** Where the server listens. */
  readonly host: string
}

async function measureSilence(
  { profile }: RunContext,
  sides: Sides,
  silence: (servers: readonly number[]) => Promise<void>,
  variants: readonly Variant[],
): Promise<Measured> {
  // A server that pings, one without keepalive that holds its calls, and one that answers.
  const [pinging, holding, answering] = await Promise.all([
    startGaugedServer(sides.server, serverOptionsOf(variants), [sides.host]),
    startGaugedServer(sides.server, {}, [sides.host]),
    startGaugedServer(sides.server, {}, [sides.host]),
  ])
  for (const server of [pinging, holding]) await server.reset({ latch: LATCH })
  const serverOf = ({ of, use }: Variant) => {
    if (of === 'server') return pinging
    return use === 'new calls' ? answering : holding
  }
  const watcher = await startWatcher(
    sides.client,
    variants.map((variant) => ({
      ...{ id: variant.id, use: variant.use, options: optionsOf(variant) },
      address: serverOf(variant).addresses[0],
    })),
  )
  const held = variants.filter(({ use, of }) => use === 'call' && of !== 'server').length
  await holding.until(({ now }) => now === held)
  const byServer = variants.find(({ of }) => of === 'server')
  if (byServer !== undefined) await pinging.until(({ now }) => now === 1)
  if (variants.some(({ use }) => use === 'new calls')) await answering.until(({ begun }) => begun > 0)
  const before = await watcher.takeTallies()

  // Before it, so that a ping that is lost was sent later, whenever we hear that the silence has begun.
  const at = Date.now()
  await silence([pinging.pid, holding.pid, answering.pid])
  // Those answered before count no more.
  await watcher.takeTallies()
  const own = variants.filter(({ notices, of }) => notices && of !== 'server').map(({ id }) => id)
  await Promise.all([
    isEveryNoticing(variants) || setTimeout(WATCHED_MS[profile.name]),
    watcher.until(own),
    byServer && pinging.until(({ closed }) => closed.length > 0),
  ])
  const watched = Date.now() - at
  const after = await watcher.takeTallies()
  const [closedAt] = byServer === undefined ? [] : (await pinging.counts()).closed
  const noticed = [...watcher.noticed().values()]
  const codesOf = (tallies: typeof after) =>
    JSON.stringify(Object.assign({}, ...tallies.map(({ codes }) => codes)))
  return facts({
    figures: {
      [WATCHED]: watched,
      ...Object.fromEntries(noticed.map((one) => [noticedFigure(one.id), one.at - at])),
      ...(closedAt !== undefined && byServer && { [noticedFigure(byServer.id)]: closedAt - at }),
    },
    texts: {
      ...Object.fromEntries(noticed.map(({ id, how }) => [howText(id), how])),
      ...(byServer && { [howText(byServer.id)]: 'the server closes the connection and cancels the call' }),
      [CALLS_BEFORE]: codesOf(before),
      [CALLS_AFTER]: codesOf(after),
    },
  })
}

const isEveryNoticing = (variants: readonly Variant[]) => variants.every(({ notices }) => notices)
