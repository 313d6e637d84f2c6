// Random valid documents, one after the other, on a real Envoy: it has to ACK each of them.

import fc from 'fast-check'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { type Config, ConfigSchema } from '../../control-plane/document/model.ts'
import { IN_BOOTSTRAPS } from '../../control-plane/translate/in-bootstraps.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import { freePort } from '../../processes/free-port.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { valuesAt } from '../golden/values-at.ts'
import { namedFiles } from '../support/named-files.ts'
import { socketPath } from '../support/open-backend.ts'
import { startEnvoy, type Teardowns, untilSynced } from '../support/real-envoy.ts'
import { issuedSecretBytes } from '../support/secret-bytes.ts'
import { ownTurns } from '../turns/own-turns.ts'
import { isValid, type OwnTurn } from '../turns/turn.ts'
import { baseDocument } from './base-document.ts'
import { NAMES, placesOf, STRUCTURE } from './places.ts'
import { publicKeys } from './public-keys.ts'
import { type Drawn, documentOf, randomDocument } from './random-document.ts'
import { smallestFailing } from './smaller-values.ts'

const FIELDS = describeSchema(ConfigSchema)

export interface RandomRunOptions {
  readonly documents: number
  readonly seed: number
  /** Gets the number of documents that Envoy has ACKed. */
  readonly onProgress?: (acked: number) => void
  /** Gets what a document has that Envoy has NACKed, before a smaller one is looked for. */
  readonly onFailure?: (failure: RandomFailure) => void
}

export interface RandomRun {
  readonly acked: number
  /** How often each place was in a document that Envoy has ACKed. */
  readonly places: ReadonlyMap<string, number>
  /** The fields of the document, and which of them were written in one. */
  readonly fields: { readonly written: number; readonly missing: readonly string[] }
  /** Of the smallest document that still fails. */
  readonly failure?: RandomFailure
}

export interface RandomFailure {
  readonly error: string
  /** The names of places → their values in the document. */
  readonly drawn: Drawn['values']
  /** False where there may be a smaller one that was not tried. */
  readonly isSmallest: boolean
}

/** Nothing listens there: an ACK needs no endpoint. */
const ENDPOINTS = ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3'] as const
const OTHER_PORT = 4

export async function runRandomDocuments(t: Teardowns, options: RandomRunOptions): Promise<RandomRun> {
  const folder = t.testdir()
  const [port, bytesPort, sharedPort] = await Promise.all([freePort(), freePort(), freePort()])
  const base = baseDocument({ echo: ENDPOINTS, other: `127.0.0.1:${OTHER_PORT}`, port })
  const bytes = { port: bytesPort, mode: 'l4', l4: { upstream: NAMES.upstream } }
  const places = [
    ...placesOf(),
    ...STRUCTURE,
    {
      name: 'a listener in mode l4',
      steps: ['fleets', NAMES.fleet, 'listeners', 'bytes'],
      schema: { const: bytes },
    },
  ]
  const names = [base.upstreams, base.secrets, base.jwt].flatMap((entries) => Object.keys(entries ?? {}))
  const own = ownPlaces({ folder, sharedPort })
  const documents = randomDocument(base, places, own, {
    names,
    own: {
      '.file.path': [`${folder}/calls.log`],
      '.eventLog.path': [`${folder}/health.log`],
      '.dns.host': ['localhost', 'missing.invalid'],
      // Primes: validation leaves others to Envoy, whose NACK the first fifteen minutes show.
      '.tableSize': [251, 65_537, 5_000_011],
      // No schema says which numbers are a key.
      '.inline.keys': [publicKeys(), ...publicKeys().map((key) => [key])],
      // A patch may write anything, also what Envoy NACKs.
      'fleets.*.patches': [FIELDS.find(({ path }) => path === 'fleets.*.patches')?.example],
    },
  })
  const serve = await startServing(t, folder, base)

  const tryValues = async (values: Drawn['values']) => {
    const document = documentOf(base, places, own, values)
    if (!isValid(document)) return undefined
    return serve(document as Config).then(
      () => undefined,
      (error: unknown) => String(error),
    )
  }

  const counts = new Map(places.map(({ name }) => [name, 0]))
  const fields = new Map(fieldsOfEnvoys().map((path) => [path, false]))
  let acked = 0
  const details = await fc.check(
    fc.asyncProperty(documents, async ({ config, values }) => {
      await serve(config)
      acked += 1
      for (const name of Object.keys(values)) counts.set(name, (counts.get(name) ?? 0) + 1)
      for (const [path, isWritten] of fields) {
        if (!isWritten && valuesAt(config, path).some((value) => value !== undefined)) fields.set(path, true)
      }
      options.onProgress?.(acked)
    }),
    // A smaller document is looked for below: the steps of fast-check are thousands of small ones.
    { numRuns: options.documents, seed: options.seed, endOnFailure: true },
  )
  const [failed] = details.counterexample ?? []
  const error = String(details.errorInstance)
  if (failed) options.onFailure?.({ error, drawn: failed.values, isSmallest: false })
  const failure = failed && (await smallestFailure({ error, drawn: failed.values }, tryValues))
  const missing = [...fields].filter(([, isWritten]) => !isWritten).map(([path]) => path)
  return {
    acked,
    places: counts,
    fields: { written: fields.size - missing.length, missing },
    ...(failure && { failure }),
  }
}

/** How many smaller documents are tried. Most of them are not valid, which is quickly found out. */
const MOST_ATTEMPTS = 2_000

async function smallestFailure(
  { error, drawn }: Omit<RandomFailure, 'isSmallest'>,
  errorOf: (values: Drawn['values']) => Promise<string | undefined>,
): Promise<RandomFailure> {
  let last = error
  const fails = async (values: Drawn['values']) => {
    const found = await errorOf(values)
    last = found ?? last
    return found !== undefined
  }
  const { value, isDone } = await smallestFailing(drawn, fails, MOST_ATTEMPTS)
  return { error: last, drawn: value, isSmallest: isDone }
}

/** What places need beside them, without the values that turns under load need. */
function ownPlaces({ folder, sharedPort }: { readonly folder: string; readonly sharedPort: number }) {
  const turns = Object.entries(ownTurns({ otherPort: OTHER_PORT, folder }))
  // Envoy cannot change it for a listener that it has: it is written for one that comes and goes.
  const shared = ['fleets', NAMES.fleet, 'listeners', 'shared']
  const reusePort: Partial<OwnTurn> = {
    at: shared,
    on: { port: sharedPort, l4: { upstream: NAMES.upstream }, l7: { routes: NAMES.route }, reusePort: true },
  }
  // Options of `lb` need a policy beside them.
  const options = placesOf()
    .filter(({ name }) => name.startsWith('upstreams.*.lb.'))
    .map(({ name, steps }) => [name, { beside: [[steps.slice(0, -1), { policy: 'round_robin' }]] as const }])
  return {
    ...Object.fromEntries(turns),
    ...Object.fromEntries(options),
    'fleets.*.listeners.*.reusePort': reusePort,
  } satisfies Readonly<Record<string, Partial<OwnTurn>>>
}

/** @returns what serves a document, and throws Envoy's text where it NACKs. The next one is served after the base. */
async function startServing(t: Teardowns, folder: string, base: Config) {
  const cache = new SnapshotCache({ consistency: 'enforce', external: IN_BOOTSTRAPS })
  const server = await startXdsServer({ cache, address: `unix:${await socketPath(t)}` })
  t.teardown(() => server.close())
  const secretBytes = await issuedSecretBytes(base, await Authority.create('random'))
  const envoy = await startEnvoy(t, server.address, 'delta', { folder })
  const ended = envoy.exited.then((exit) => {
    throw new Error(`Envoy has ended: ${JSON.stringify(exit)}; see ${envoy.logFile}`)
  })
  ended.catch(() => {})
  const serve = async (config: Config) => {
    cache.setSnapshot('fleet', translateFleet(config, NAMES.fleet, secretBytes, namedFiles(config)))
    await Promise.race([untilSynced(cache), ended]).catch((error: unknown) => {
      throw new Error(nacksOf(cache).join('; ') || String(error))
    })
  }
  await serve(base)
  return async (config: Config) => {
    try {
      await serve(config)
    } catch (error) {
      await serve(base)
      throw error
    }
  }
}

/** Envoy's own words. */
function nacksOf(cache: SnapshotCache): readonly string[] {
  return cache
    .status('fleet')
    .flatMap(({ types }) =>
      Object.values(types).flatMap(({ nack }) => (nack === undefined ? [] : [nack.message])),
    )
}

/** The fields that documents for Envoys can have, as they are in the base document. */
function fieldsOfEnvoys(): readonly string[] {
  return [...new Set(FIELDS.filter(({ clients }) => clients.includes('envoy')).map(({ path }) => path))]
}
