// A real Envoy in each of the four variants of xDS, started together: what it discovers comes over ADS or from a separate service.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bootstrap } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import type { ConfigSource } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import t from 'tap'
import type { XdsProtocol } from '../../envoy-bootstrap/bootstrap.ts'
import type { RunningEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import {
  SnapshotCache,
  type SnapshotCacheOptions,
  startXdsServer,
  type XdsServer,
} from '../../xds-server/index.ts'
import { startEnvoy } from './real-envoy.ts'
import { ads, separateService } from './resources.ts'

export interface EnvoyVariant {
  readonly title: string
  readonly protocol: XdsProtocol
  readonly isAggregated: boolean
  /** Where the resources under test come from. Clusters and listeners always come over ADS. */
  readonly source: ConfigSource
}

export interface VariantEnvoy extends EnvoyVariant {
  readonly cache: SnapshotCache
  readonly server: XdsServer
  readonly envoy: RunningEnvoy
}

export const ENVOY_VARIANTS: readonly EnvoyVariant[] = (['delta', 'sotw'] as const).flatMap((protocol) => [
  { title: `${protocol} on ADS`, protocol, isAggregated: true, source: ads() },
  {
    title: `${protocol} from a separate service`,
    protocol,
    isAggregated: false,
    source: separateService(protocol),
  },
])

export interface VariantOptions extends SnapshotCacheOptions {
  /** Serves the first snapshot, before Envoy starts. */
  readonly serve: (cache: SnapshotCache, variant: EnvoyVariant) => void | Promise<void>
  readonly edit?: (bootstrap: Bootstrap, variant: EnvoyVariant) => void
}

/** Starts an Envoy with a server of its own in each variant, until the tests of the file end. */
export function startVariants({ serve, edit, ...options }: VariantOptions): Promise<readonly VariantEnvoy[]> {
  return Promise.all(
    ENVOY_VARIANTS.map(async (variant) => {
      const cache = new SnapshotCache(options)
      await serve(cache, variant)
      const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
      t.teardown(() => server.close())
      const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
      t.teardown(() => rmSync(folder, { recursive: true, force: true }))
      const envoy = await startEnvoy(t, server.address, variant.protocol, {
        folder,
        ...(edit && { edit: (bootstrap) => edit(bootstrap, variant) }),
      })
      return { ...variant, cache, server, envoy }
    }),
  )
}
