// A bed for policy tests: it brings a document into force on real Envoys, and makes the calls of a test file.

import type { Config } from '../../control-plane/document/model.ts'
import { translate } from '../../control-plane/translate/translate.ts'
import { freePort } from '../../processes/free-port.ts'
import { CellRecords } from '../backends/cell-records.ts'
import { createCertificates } from '../callers/certificates.ts'
import { createTokens } from '../callers/tokens.ts'
import { type MethodIndex, readMethods } from '../methods/method-index.ts'
import type { PolicyBed, RunOptions, RunResult } from '../result.ts'
import type { Suite } from '../suite/read-suite.ts'
import { Authorizers } from './authorizers.ts'
import { type BoundCalls, bindCalls, type Ports } from './bound-calls.ts'
import { type Envoys, startEnvoys } from './envoys.ts'
import { readFilesFor } from './read-files.ts'
import { rewriteDocument } from './rewrite-document.ts'
import { runCells } from './run-cells.ts'
import { startStandIns } from './stand-ins.ts'

/** Envoys are started when the first call needs them, so an invalid file is reported without. */
export function openPolicyBed(): PolicyBed {
  let started: Promise<Envoys> | undefined
  const authorizers = new Authorizers()
  // The parts of a test file share its settings.
  const methodsOf = new WeakMap<Suite['settings'], MethodIndex>()
  return {
    async run(suite, document, { edit } = {}) {
      const begin = performance.now()
      const index = methodsOf.get(suite.settings) ?? readMethods(suite)
      methodsOf.set(suite.settings, index)
      const bound = bindCalls(suite, document, index)
      started ??= startEnvoys()
      const envoys = await started
      const cells = await runDocument({ suite, document, index, envoys, authorizers, bound, edit })
      return { cells, milliseconds: performance.now() - begin, envoy: envoys.version }
    },
    async close() {
      await (await started)?.close()
      await authorizers.close()
    },
  }
}

interface RunParts {
  readonly suite: Suite
  readonly document: Config
  readonly index: MethodIndex
  readonly envoys: Envoys
  readonly authorizers: Authorizers
  readonly bound: BoundCalls
  readonly edit: RunOptions['edit']
}

async function runDocument({
  suite,
  document,
  index,
  envoys,
  authorizers,
  bound,
  edit,
}: RunParts): Promise<RunResult['cells']> {
  const paths = new Set(index.names.map((name) => `/${name}`))
  const records = new CellRecords((path) => paths.has(path))
  const fleets = [...new Set([...bound.values()].map(({ fleet }) => fleet))]
  const [certificates, tokens, files] = await Promise.all([
    createCertificates(document),
    createTokens(document.jwt),
    readFilesFor(suite, document),
  ])
  const keep = new Set(suite.settings.keep)
  const real = await authorizers.addressesFor(suite, document, fleets)
  const standIns = await startStandIns({ document, fleets, keep, real, certificates, records })
  try {
    const ports = await portsFor(document, fleets)
    const rewritten = rewriteDocument(document, {
      keep,
      real,
      endpoint: standIns.addressOf,
      port: (fleet, listener) => ports.get(fleet)?.get(listener) ?? 1,
      keys: tokens.keysOf,
    })
    await Promise.all(
      fleets.map((fleet) => {
        const translation = translate(rewritten, fleet, certificates.secrets, files)
        edit?.(translation.resources)
        return envoys.serve(fleet, translation, [...(ports.get(fleet)?.values() ?? [])])
      }),
    )
    return await runCells({ suite, document, bound, ports, certificates, tokens, records })
  } finally {
    await standIns.close()
  }
}

/** New ones for each document, so that no call can reach a listener of the one before. */
async function portsFor({ fleets }: Config, names: readonly string[]): Promise<Ports> {
  const ports = new Map<string, Map<string, number>>()
  for (const name of names) {
    const ofFleet = new Map<string, number>()
    for (const listener of Object.keys(fleets[name]?.listeners ?? {})) ofFleet.set(listener, await freePort())
    ports.set(name, ofFleet)
  }
  return ports
}
