// Which tests may start a real Envoy, and which are unit tests: both told by what they import.

import { importClosure, isTest, type Sources } from './import-closure.ts'

/** Whoever imports one of these can start an Envoy. */
const STARTS_ENVOY = ['envoy-bootstrap/run-envoy.ts', 'test/support/yard-with-envoy.ts']

/** Tests that can start an Envoy and may run beside other tests, on the same two cores. */
export function envoyTestsBesideOthers(sources: Sources, serialFolders: readonly string[]): string[] {
  const isSerial = (path: string) => serialFolders.some((folder) => path.startsWith(`${folder}/`))
  return [...sources.keys()].filter((path) => {
    if (!isTest(path) || isSerial(path)) return false
    const closure = importClosure(sources, path)
    return STARTS_ENVOY.some((file) => closure.has(file))
  })
}

/** Whoever imports one of these may start a process or a server, and takes a second or more to load. */
const STARTS_SOMETHING = ['node:child_process', '@grpc/grpc-js', 'fastify']

/** Tests that lie beside their sources and start neither processes nor servers: what `npm run test:unit` runs. */
export function unitTests(sources: Sources): string[] {
  return [...sources.keys()].filter((path) => {
    if (!isTest(path) || path.startsWith('test/')) return false
    const closure = importClosure(sources, path)
    return !STARTS_SOMETHING.some((name) => closure.has(name))
  })
}
