// Random valid documents with tokens on, one after the other, on a real Envoy: whoever has no token reaches public methods only.

import fc from 'fast-check'
import type { Config } from '../../control-plane/document/model.ts'
import { freePort } from '../../processes/free-port.ts'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import type { Teardowns } from '../support/real-envoy.ts'
import { testFolder } from '../support/test-folder.ts'
import { startWitness } from '../support/witness.ts'
import { baseDocument } from './base-document.ts'
import { drawOf, ownPlaces } from './own-places.ts'
import { NAMES, placesOf, STRUCTURE } from './places.ts'
import { type Probe, probesOf } from './probes.ts'
import { callAll, PROBE_HEADER } from './probing-caller.ts'
import { randomDocument } from './random-document.ts'
import { startServing } from './serving.ts'
import { setAt, valueAt } from './set-at.ts'

export interface AnonymousRunOptions {
  readonly documents: number
  readonly seed: number
  /** Edits the documents before they are served: for a twin that shows that a call which gets through is seen. */
  readonly edit?: (config: Config) => Config
}

export interface AnonymousRun {
  readonly documents: number
  readonly calls: number
  /** How many documents let the token through to a method that is not public, and a caller without one to a public method. */
  readonly passed: { readonly withToken: number; readonly public: number }
  /** Calls without a token that reached a method that is not public. */
  readonly reached: readonly Reached[]
}

export interface Reached {
  readonly method: string
  readonly probe: Probe
  /** The names of places → their values in the document. */
  readonly drawn: Readonly<Record<string, unknown>>
}

const ISSUER = 'https://issuer.internal'
const AUDIENCE = 'echo'
const SERVICE = 'switchyard.echo.v1.EchoService'
const METHODS = ['Unary', 'ServerStream', 'Bidirectional'].map((name) => `${SERVICE}/${name}`)
const ALWAYS_PUBLIC = 'grpc.health.v1.Health/Check'

const SECURITY = ['fleets', NAMES.fleet, 'security']
const JWT = [...SECURITY, 'jwt']
const LISTENER = ['fleets', NAMES.fleet, 'listeners', NAMES.listener]

/** Without them no fleet is protected, and the document says so. */
const TAKE_PROTECTION_AWAY = new Set([
  'fleets.*.security.jwt',
  'fleets.*.lb.mode',
  'fleets.*.listeners.*.mode',
  'fleets.*.listeners.*.reusePort',
])
/** Calls have to end soon: longer times than these are of no use here. */
const SHORT = { '.time': ['1ms'], '.timeout': ['100ms', '1s'], '.messageTimeout': ['100ms'] }

export async function runAnonymousCalls(t: Teardowns, options: AnonymousRunOptions): Promise<AnonymousRun> {
  const folder = testFolder(t)
  const issuer = await TokenIssuer.create(ISSUER, 'ES256')
  const token = await issuer.sign({ subject: 'alice', audience: AUDIENCE, lifetime: 3_600 })
  const witnesses = await Promise.all(Array.from({ length: 4 }, () => startWitness(t)))
  const [b1 = '', b2 = '', b3 = '', other = ''] = witnesses.map(({ address }) => address)
  const [port, sharedPort] = await Promise.all([freePort(), freePort()])
  const plain = baseDocument({ echo: [b1, b2, b3], other, port })
  const base = [
    [['jwt', 'main', 'jwks', 'inline'], issuer.keySet] as const,
    [JWT, { enabled: true, anyOf: ['main'], public: [ALWAYS_PUBLIC] }] as const,
  ].reduce<object>((config, [at, value]) => setAt(config, at, value), plain) as Config
  const places = [...placesOf(), ...STRUCTURE].filter(({ name }) => !TAKE_PROTECTION_AWAY.has(name))
  const own = ownPlaces({ folder, otherPort: Number(other.split(':').at(-1)), sharedPort })
  const draw = drawOf(base, folder)
  const documents = fc.tuple(
    randomDocument(base, places, own, { ...draw, own: { ...SHORT, ...draw.own } }),
    fc.subarray(METHODS, { maxLength: METHODS.length - 1 }),
  )
  const serve = await startServing(t, folder, base)

  const tried = new Map<string, Reached>()
  for (const [{ config, values }, open] of fc.sample(documents, {
    numRuns: options.documents,
    seed: options.seed,
  })) {
    // A listener of its own for each document: whoever connects to it meets this document, and none before it.
    const listenerPort = await freePort()
    const whole = [
      [
        [...JWT, 'public'],
        [ALWAYS_PUBLIC, ...open],
      ] as const,
      [[...LISTENER, 'port'], listenerPort] as const,
    ].reduce<object>((document, [at, value]) => setAt(document, at, value), config) as Config
    const served = options.edit?.(whole) ?? whole
    await serve(served).catch((error: unknown) => {
      throw new Error(`${error} (SWITCHYARD_SEED=${options.seed}): ${JSON.stringify(values)}`)
    })
    const isTls = valueAt(served, [...LISTENER, 'tls', 'enabled']) === true
    const closed = METHODS.filter((method) => !open.includes(method))
    const probes = closed.flatMap((method) =>
      probesOf(method, open[0] ?? ALWAYS_PUBLIC).map((probe) => ({ method, probe, drawn: values })),
    )
    probes.forEach((one, index) => {
      tried.set(`${listenerPort}-${index}`, one)
    })
    await callAll(
      listenerPort,
      isTls,
      new Map([
        ...probes.map(({ probe }, index) => [`${listenerPort}-${index}`, probe] as const),
        [`${listenerPort}-token`, { path: `/${closed[0]}`, headers: { authorization: `Bearer ${token}` } }],
        [`${listenerPort}-public`, { path: `/${ALWAYS_PUBLIC}`, headers: {} }],
      ]),
    )
  }
  const seen = new Set(witnesses.flatMap((one) => one.seen.map((headers) => String(headers[PROBE_HEADER]))))
  const passedBy = (twin: string) => [...seen].filter((name) => name.endsWith(`-${twin}`)).length
  return {
    documents: options.documents,
    calls: tried.size,
    passed: { withToken: passedBy('token'), public: passedBy('public') },
    reached: [...seen].flatMap((name) => tried.get(name) ?? []),
  }
}

/** What a run has shown, in words. */
export function describeAnonymousRun(
  { documents, calls, passed, reached }: AnonymousRun,
  seed: number,
): string {
  return [
    `${calls} calls without a token under ${documents} documents (--seed ${seed}): ${reached.length} reached a method that is not public`,
    `${passed.withToken} documents let a token through to it, ${passed.public} anybody to a public method`,
    ...reached.slice(0, 5).map((one) => JSON.stringify(one)),
  ].join('\n')
}
