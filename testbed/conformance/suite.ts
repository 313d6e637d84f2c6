// The conformance suite of connect: its runner, built once, and the descriptors of its protos, which are in its Go module.
// https://github.com/connectrpc/conformance

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { runLocked } from '../grpc-programs/build-once.ts'
import { fillOnce } from '../grpc-programs/fill-once.ts'
import { hasGo, INSTALL_GO } from '../grpc-programs/go.ts'
import { findGoTool, type GoTool } from '../grpc-programs/go-tool.ts'
import { sourceFile } from '../part.ts'

export const SUITE_VERSION = '1.0.7'
const MODULE = 'connectrpc.com/conformance'

const RUNNER: GoTool = {
  name: 'connectconformance',
  version: SUITE_VERSION,
  package: `${MODULE}/cmd/connectconformance`,
}

export const INSTALL_SUITE = INSTALL_GO

/** The protos are in the module, which only Go fetches: a runner on PATH is not enough. */
export function hasSuite(env: NodeJS.ProcessEnv = process.env): boolean {
  return hasGo(env)
}

export interface Suite {
  /** The path of the program that runs it. */
  readonly runner: string
  /** The path of a serialized `FileDescriptorSet`. */
  readonly descriptors: string
}

/**
 * Builds it the first time, which takes up to some minutes.
 * @throws SwitchyardError `process-failed` with how to install Go, or with the output of Go or buf
 */
export function findSuite(): Suite {
  if (!hasSuite()) {
    throw new SwitchyardError('process-failed', `the conformance suite needs Go: ${INSTALL_SUITE}`)
  }
  const folder = fillOnce(sourceFile(`.tools/conformance-protos-${SUITE_VERSION}`), (fresh) => {
    // Output of Go other than the JSON is on stderr.
    const json = execFileSync('go', ['mod', 'download', '-json', `${MODULE}@v${SUITE_VERSION}`], {
      cwd: fresh,
    })
    const { Dir: module }: { readonly Dir: string } = JSON.parse(json.toString())
    runLocked('buf', ['buf', 'build', join(module, 'proto'), '-o', join(fresh, 'image.binpb')], fresh)
  })
  return { runner: findGoTool(RUNNER), descriptors: join(folder, 'image.binpb') }
}
