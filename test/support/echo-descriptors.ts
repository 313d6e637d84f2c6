// The descriptors of services/echo-json, as buf builds them.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

let built: Uint8Array | undefined

/** A descriptor set of `switchyard.echo.v1.EchoService` with HTTP annotations, built once. */
export function echoDescriptors(): Uint8Array {
  built ??= execFileSync(
    join(ROOT, 'node_modules/.bin/buf'),
    [
      'build',
      '.',
      '--config',
      'services/echo-json/buf.yaml',
      '--path',
      'services/echo-json/echo.proto',
      '-o',
      '-',
    ],
    { cwd: ROOT, maxBuffer: 16 * 1_048_576 },
  )
  return built
}
