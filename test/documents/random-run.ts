// Random valid documents, one after the other, on a real Envoy: it has to ACK each of them.

import fc from 'fast-check'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { type Config, ConfigSchema } from '../../control-plane/document/model.ts'
import { freePort } from '../../processes/free-port.ts'
import { valuesAt } from '../golden/values-at.ts'
import type { Teardowns } from '../support/real-envoy.ts'
import { testFolder } from '../support/test-folder.ts'
import { isValid } from '../turns/turn.ts'
import { baseDocument } from './base-document.ts'
import { drawOf, ownPlaces } from './own-places.ts'
import { NAMES, placesOf, STRUCTURE } from './places.ts'
import { type Drawn, documentOf, randomDocument } from './random-document.ts'
import { startServing } from './serving.ts'
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
  const folder = testFolder(t)
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
  const own = ownPlaces({ folder, otherPort: OTHER_PORT, sharedPort })
  const documents = randomDocument(base, places, own, drawOf(base, folder))
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

/** The fields that documents for Envoys can have, as they are in the base document. */
function fieldsOfEnvoys(): readonly string[] {
  return [...new Set(FIELDS.filter(({ clients }) => clients.includes('envoy')).map(({ path }) => path))]
}
