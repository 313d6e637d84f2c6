// Starts the testbed's rate limiter as a process, with rules of a file.

import { join, resolve } from 'node:path'
import { type Document, firstLocalEndpointOf } from './document.ts'
import { parseReady, partOf, sourceFile } from './part.ts'
import { keepPart, type PartContext, type PartProcess } from './parts.ts'

/** The name of its upstream in the document. */
export const RATE_LIMITER = 'rate-limiter'

/**
 * Starts it, with a given document on the address of its upstream, and restarts it on its address whenever it ends.
 * @param rules a file of rules
 * @returns its address
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start
 */
export async function keepRateLimiter(
  context: PartContext,
  rules: string,
  given: Document = {},
): Promise<string> {
  const listen = firstLocalEndpointOf(given, RATE_LIMITER) ?? '127.0.0.1:0'
  const kept = await keepPart(
    context,
    { id: RATE_LIMITER, title: 'rate limiter' },
    (before?: PartProcess & { readonly address: string }) => start(context, rules, before?.address ?? listen),
  )
  return kept.current.address
}

async function start({ group, folder }: PartContext, rules: string, listen: string) {
  const started = group.start({
    name: 'rate limiter',
    command: process.execPath,
    args: [
      sourceFile('services/rate-limiter/rate-limiter.ts'),
      ...['--rules', resolve(rules), '--listen', listen],
    ],
    logFile: join(folder, 'rate-limiter.log'),
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address')?.address,
  })
  return partOf(started, { address: await started.ready })
}

/** Adds it to a generated document. Its filter is not there: what callers are limited by is for the person to say. */
export function withRateLimiter<T extends { readonly upstreams: object }>(
  document: T,
  address: string | undefined,
): T {
  if (address === undefined) return document
  const upstream = { endpoints: { r1: { address } } }
  return { ...document, upstreams: { ...document.upstreams, [RATE_LIMITER]: upstream } }
}
