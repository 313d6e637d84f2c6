// Follows one source of endpoints until it is what a test waits for.

import type { Test } from 'tap'
import type { EndpointSource } from '../../control-plane/sources/endpoints/endpoint-source.ts'
import type { SourceStateOptions } from '../../control-plane/sources/endpoints/source-state.ts'

/** @param startWith starts the source of an upstream that may have three endpoints */
export function followSource(t: Test, startWith: (options: SourceStateOptions) => EndpointSource) {
  let noted = Promise.withResolvers<void>()
  const note = () => noted.resolve()
  const source = startWith({ upstream: 'echo', max: 3, onChange: note, onProblems: note })
  t.teardown(() => source.close())
  // Watching keeps no process up by itself.
  const up = setInterval(() => {}, 60_000)
  t.teardown(() => clearInterval(up))
  const until = async (holds: (reading: ReturnType<EndpointSource['read']>) => boolean) => {
    while (!holds(source.read())) {
      await noted.promise
      noted = Promise.withResolvers()
    }
    return source.read()
  }
  return { source, until }
}
