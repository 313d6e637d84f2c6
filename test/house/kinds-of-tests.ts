// Which tests may start a real Envoy, and which are unit tests. Their imports decide both.

import { importClosure, isTest, type Sources } from './import-closure.ts'

/** Their tests may start Envoys, also by the command line, so few of them run at a time: test/support/test-pool.ts. */
const ENVOY_FOLDERS = ['test/envoy/', 'test/policies/', 'test/scenarios/', 'test/features/', 'examples/']

export function isEnvoyTest(path: string): boolean {
  return ENVOY_FOLDERS.some((folder) => path.startsWith(folder))
}

/** A test that imports one of these can start an Envoy. */
const STARTS_ENVOY = ['envoy-bootstrap/run-envoy.ts', 'test/support/yard-with-envoy.ts']

/** Tests that can start an Envoy. */
export function testsThatStartEnvoys(sources: Sources): string[] {
  return [...sources.keys()].filter((path) => {
    if (!isTest(path)) return false
    const closure = importClosure(sources, path)
    return STARTS_ENVOY.some((file) => closure.has(file))
  })
}

/** A test that imports one of these may start a process or a server, and takes a second or more to load. */
const STARTS_SOMETHING = ['node:child_process', '@grpc/grpc-js', 'fastify']

/** Tests beside their sources that start neither processes nor servers: `npm run test:unit` runs these. */
export function unitTests(sources: Sources): string[] {
  return [...sources.keys()].filter((path) => {
    if (!isTest(path) || path.startsWith('test/')) return false
    const closure = importClosure(sources, path)
    return !STARTS_SOMETHING.some((name) => closure.has(name))
  })
}
