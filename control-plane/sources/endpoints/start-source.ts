// Starts the source that an upstream names.

import type { Config } from '../../document/model.ts'
import type { SecretFileReader } from '../secrets/secret-files.ts'
import type { Clock } from './clock.ts'
import type { EndpointSource } from './endpoint-source.ts'
import type { Registrations } from './registrations.ts'

export interface SourceContext {
  readonly clock: Clock
  readonly registrations: Registrations
  readonly onChange: () => void
  /** Reads a file of the folder of endpoints. */
  readonly readFile: SecretFileReader
  /** Where it is. */
  readonly pathOf: (file: string) => string
}

type Settings = NonNullable<Config['upstreams'][string]['endpointsFrom']>

export function startSource(upstream: string, _settings: Settings, context: SourceContext): EndpointSource {
  return registered(upstream, context)
}

/** Registrations outlive the sources that show them: they end with their leases. */
function registered(upstream: string, { registrations }: SourceContext): EndpointSource {
  return {
    read: () => ({ endpoints: registrations.endpointsOf(upstream), answered: true, problems: [] }),
    settled: Promise.resolve(),
    close() {},
  }
}
