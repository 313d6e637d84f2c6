// Starts the source that an upstream names.

import type { EndpointsFrom } from '../../switches/endpoints-from.ts'
import type { Clock } from './clock.ts'
import { startDnsSource } from './dns-source.ts'
import type { EndpointSource } from './endpoint-source.ts'
import { type EndpointFiles, startFileSource } from './file-source.ts'
import { type KubernetesAccess, startKubernetesSource } from './kubernetes-source.ts'
import type { Registrations } from './registrations.ts'
import type { SourceStateOptions } from './source-state.ts'

export interface SourceContext
  extends Pick<SourceStateOptions, 'onChange' | 'onProblems'>,
    EndpointFiles,
    KubernetesAccess {
  readonly clock: Clock
  readonly registrations: Registrations
}

/** @param settings name exactly one source */
export function startSource(
  upstream: string,
  { file, dns, kubernetes, max }: EndpointsFrom,
  context: SourceContext,
): EndpointSource {
  const { onChange, onProblems } = context
  const options: SourceStateOptions = { upstream, max, onChange, onProblems }
  if (file !== undefined) return startFileSource(file, context, options)
  if (dns !== undefined) return startDnsSource(dns, context, options)
  if (kubernetes !== undefined) return startKubernetesSource(kubernetes, context, options)
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
