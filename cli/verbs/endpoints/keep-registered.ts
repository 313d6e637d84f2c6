// Keeps an endpoint registered until the process is ended, and then removes it.

import { setTimeout as delay } from 'node:timers/promises'
import type { RestClient } from '../../../api/client.ts'
import type { RegistrationRequest, UpstreamEndpoint } from '../../../api/schemas/endpoints.ts'
import { ERROR_CODES, SwitchyardError } from '../../../core/errors.ts'
import { report } from '../../output/print.ts'

/** From this HTTP status on, the fault is not in the request, so another attempt may succeed. */
const FAULT_OF_SERVER = 500
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const RETRY_MS = 1_000
/** A lease of hours is renewed as often, so that a control plane that lost it has it again. */
const LONGEST_PAUSE_MS = 60_000
const REMOVAL_MS = 5_000

/**
 * Renews after each third of the lease, and each second while nothing answers. A second signal ends the process at once.
 * @param endpoint as it was registered
 * @throws SwitchyardError if the control plane rejects a renewal, such as `not-found` if the upstream takes no registrations any more
 */
export async function keepRegistered(
  rest: RestClient,
  upstream: string,
  endpoint: UpstreamEndpoint,
  registration: RegistrationRequest,
): Promise<void> {
  const { id } = endpoint
  const end = endOfProcess()
  report(`renewing ${id} of upstream ${upstream}; Ctrl-C removes it`)
  let { remainingMs = 0 } = endpoint
  let isLost = false
  while (!end.signal.aborted) {
    const pause = isLost ? RETRY_MS : LONGEST_PAUSE_MS
    await delay(Math.min(remainingMs / 3, pause), undefined, { signal: end.signal }).catch(() => {})
    if (end.signal.aborted) break
    const renewed = await renew(rest, upstream, id, registration, remainingMs)
    if (renewed instanceof SwitchyardError) {
      if (!isLost) report(`${renewed.message}; trying again until it is renewed`)
      isLost = true
      continue
    }
    if (isLost) report(`renewed ${id} of upstream ${upstream}`)
    isLost = false
    remainingMs = renewed.remainingMs ?? remainingMs
  }
  await remove(rest, upstream, id)
  process.exitCode = EXIT_CODES[end.by()]
}

/** It is never aborted by the end of the process: a renewal that arrives after the removal would undo that. */
async function renew(
  rest: RestClient,
  upstream: string,
  id: string,
  registration: RegistrationRequest,
  patienceMs: number,
): Promise<UpstreamEndpoint | SwitchyardError> {
  const signal = AbortSignal.timeout(Math.max(RETRY_MS, Math.min(patienceMs, LONGEST_PAUSE_MS)))
  try {
    return await rest.putEndpoint(upstream, id, registration, { signal })
  } catch (error) {
    if (signal.aborted) return new SwitchyardError('unreachable', `no answer from ${rest.url}`)
    const known = SwitchyardError.from(error)
    if (ERROR_CODES[known.code] >= FAULT_OF_SERVER) return known
    throw known
  }
}

async function remove(rest: RestClient, upstream: string, id: string): Promise<void> {
  try {
    await rest.deleteEndpoint(upstream, id, { signal: AbortSignal.timeout(REMOVAL_MS) })
    report(`removed ${id} of upstream ${upstream}`)
  } catch (error) {
    const { message, code } = SwitchyardError.from(error)
    // Its lease has ended before.
    if (code === 'not-found') return
    report(`${id} of upstream ${upstream} stays until its lease ends: ${message}`)
  }
}

function endOfProcess() {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let by: (typeof names)[number] = 'SIGINT'
  const stop = (name: NodeJS.Signals) => {
    by = names.find((one) => one === name) ?? by
    for (const one of names) process.off(one, stop)
    controller.abort()
  }
  for (const one of names) process.on(one, stop)
  return { signal: controller.signal, by: () => by }
}
