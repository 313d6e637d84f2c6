// What each client costs a page: the size of its bundle, and the bytes of the same calls.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { bundleModule, sizeOf } from '../../../../web/grpc-web-example/build.ts'

const PAGE = fileURLToPath(new URL('../../../../web/grpc-web-example/page/', import.meta.url))

export const BUNDLES = 'browser.bundles'

/** Modules of the example page, each with all that it imports. */
export const MODULES = [
  { name: 'connect-calls', title: 'a client by connect-web' },
  { name: 'google-calls', title: "a client by Google's grpc-web" },
  { name: 'error-details', title: 'the details of errors alone, which both contain, with protobuf-es' },
] as const

export const bytesOf = (name: string) => `${name}, minified (bytes)`
export const gzipOf = (name: string) => `${name}, minified and gzipped (bytes)`

export const BUNDLES_RUN: Run = {
  id: BUNDLES,
  labels: { client: 'all', transport: 'none: bundled by Vite' },
  ...{ rounds: 1, seconds: 3 },
  measure: measureBundles,
}

async function measureBundles({ folder }: RunContext): Promise<Measured> {
  const figures: Record<string, number> = {}
  for (const { name } of MODULES) {
    await bundleModule(join(PAGE, `${name}.ts`), folder, name)
    const { bytes, gzipBytes } = await sizeOf(folder, `${name}.js`)
    figures[bytesOf(name)] = bytes
    figures[gzipOf(name)] = gzipBytes
  }
  return facts({ figures })
}
