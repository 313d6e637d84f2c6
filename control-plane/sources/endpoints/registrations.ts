// Endpoints that register themselves: each stays for a lease, and goes when nobody has renewed it in time.

import { isDeepStrictEqual } from 'node:util'
import type { Endpoint } from '../../document/model.ts'
import { type Clock, MONOTONIC } from './clock.ts'
import type { Endpoints } from './merge-endpoints.ts'

export interface Registration {
  readonly endpoint: Endpoint
  readonly leaseMs: number
}

/** With the milliseconds that are left of its lease. */
export interface RunningRegistration extends Registration {
  readonly remainingMs: number
}

/** What a registration did. */
export type PutResult = 'added' | 'changed' | 'renewed'

/** By the names of upstreams, then of endpoints. */
export type RegistrationsByUpstream = Readonly<Record<string, Readonly<Record<string, Registration>>>>

interface Lease extends Registration {
  readonly endsAt: number
}

/** A timer that is later than this was not late by chance: the process or its host stood still. */
const STANDSTILL_MS = 500

export class Registrations {
  readonly #clock: Clock
  readonly #onChange: (upstream: string) => void
  readonly #leases = new Map<string, Map<string, Lease>>()
  readonly #endpoints = new Map<string, Endpoints>()
  #stopTimer = () => {}
  #timerDue = Number.POSITIVE_INFINITY
  /** Leases that ended since the start, by upstream. */
  readonly #ended = new Map<string, number>()

  /** @param onChange is called after an endpoint came, changed or went, and not for a renewal */
  constructor(onChange: (upstream: string) => void, clock: Clock = MONOTONIC) {
    this.#onChange = onChange
    this.#clock = clock
  }

  /** Registers an endpoint, or renews its lease. */
  put(upstream: string, id: string, { endpoint, leaseMs }: Registration): PutResult {
    const leases = this.#leases.get(upstream) ?? new Map<string, Lease>()
    this.#leases.set(upstream, leases)
    const before = leases.get(id)
    const endsAt = this.#clock.now() + leaseMs
    leases.set(id, { endpoint, leaseMs, endsAt })
    this.#schedule(endsAt)
    if (isDeepStrictEqual(before?.endpoint, endpoint)) return 'renewed'
    this.#changed(upstream)
    return before === undefined ? 'added' : 'changed'
  }

  /** @returns whether it was there */
  delete(upstream: string, id: string): boolean {
    const isKnown = this.#leases.get(upstream)?.delete(id) ?? false
    if (isKnown) this.#changed(upstream)
    return isKnown
  }

  has(upstream: string, id: string): boolean {
    return this.#leases.get(upstream)?.has(id) ?? false
  }

  count(upstream?: string): number {
    if (upstream !== undefined) return this.#leases.get(upstream)?.size ?? 0
    return [...this.#leases.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** The same object until something changes. */
  endpointsOf(upstream: string): Endpoints {
    const known = this.#endpoints.get(upstream)
    if (known !== undefined) return known
    const leases = [...(this.#leases.get(upstream) ?? [])]
    const endpoints = Object.fromEntries(leases.map(([id, { endpoint }]) => [id, endpoint]))
    this.#endpoints.set(upstream, endpoints)
    return endpoints
  }

  get(upstream: string, id: string): RunningRegistration | undefined {
    const lease = this.#leases.get(upstream)?.get(id)
    if (lease === undefined) return undefined
    const { endpoint, leaseMs, endsAt } = lease
    return { endpoint, leaseMs, remainingMs: Math.max(0, Math.round(endsAt - this.#clock.now())) }
  }

  /** How many leases of an upstream have ended since the start. */
  endedOf(upstream: string): number {
    return this.#ended.get(upstream) ?? 0
  }

  /** What has to outlive the process. */
  toJson(): RegistrationsByUpstream {
    return Object.fromEntries(
      [...this.#leases].map(([upstream, leases]) => [
        upstream,
        Object.fromEntries([...leases].map(([id, { endpoint, leaseMs }]) => [id, { endpoint, leaseMs }])),
      ]),
    )
  }

  /** After a restart each lease begins anew: whoever renews it could not do so meanwhile. */
  restore(all: RegistrationsByUpstream): void {
    for (const [upstream, registrations] of Object.entries(all)) {
      for (const [id, one] of Object.entries(registrations)) this.put(upstream, id, one)
    }
  }

  close(): void {
    this.#stopTimer()
  }

  #changed(upstream: string): void {
    this.#endpoints.delete(upstream)
    this.#onChange(upstream)
  }

  /** One timer, which is due when the first lease ends, or before: a renewal does not move it. */
  #schedule(endsAt: number): void {
    if (endsAt >= this.#timerDue) return
    this.#stopTimer()
    const now = this.#clock.now()
    const wait = Math.max(0, endsAt - now)
    const due = now + wait
    this.#timerDue = due
    this.#stopTimer = this.#clock.after(wait, () => this.#endLeases(due))
  }

  /** Renewals wait in sockets while the process stands still, and are read later: all leases begin anew then, as after a restart. */
  #endLeases(due: number): void {
    const now = this.#clock.now()
    const late = now - due
    let next = Number.POSITIVE_INFINITY
    this.#timerDue = next
    for (const [upstream, leases] of this.#leases) {
      let hasEnded = false
      for (const [id, lease] of leases) {
        const endsAt = late > STANDSTILL_MS ? now + lease.leaseMs : lease.endsAt
        if (endsAt <= now) {
          leases.delete(id)
          hasEnded = true
          this.#ended.set(upstream, this.endedOf(upstream) + 1)
          continue
        }
        if (endsAt !== lease.endsAt) leases.set(id, { ...lease, endsAt })
        next = Math.min(next, endsAt)
      }
      if (leases.size === 0) this.#leases.delete(upstream)
      if (hasEnded) this.#changed(upstream)
    }
    this.#schedule(next)
  }
}
