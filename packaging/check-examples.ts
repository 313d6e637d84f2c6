// Compiles examples against a built package, as a user's TypeScript would.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import { compile } from './compile.ts'

/** What examples may use without declaring it. */
const SETTING = `
  import type { SnapshotCache } from 'switchyard'
  import type { Cluster } from 'switchyard/protos/envoy/config/cluster/v3/cluster_pb.js'
  import type { ClusterLoadAssignment } from 'switchyard/protos/envoy/config/endpoint/v3/endpoint_pb.js'
  import type { Listener } from 'switchyard/protos/envoy/config/listener/v3/listener_pb.js'
  import type { RouteConfiguration } from 'switchyard/protos/envoy/config/route/v3/route_pb.js'
  declare global {
    const cache: SnapshotCache
    const cluster: Cluster
    const endpoints: ClusterLoadAssignment
    const listener: Listener
    const routes: RouteConfiguration
  }
`

const COMPILER_OPTIONS = {
  target: 'es2023',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
}

/**
 * Returns the compiler's complaints about examples; empty if all compile.
 * @param folder the built package
 * @param examples the code of each by a name
 */
export async function checkExamples(
  folder: string,
  examples: ReadonlyMap<string, string>,
): Promise<string[]> {
  const project = join(folder, 'checked-examples')
  await mkdir(project)
  try {
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }))
    await writeFile(join(project, 'setting.d.ts'), SETTING)
    for (const [name, code] of examples) {
      // Without an import or export, a file would share its names with all others.
      await writeFile(join(project, `${name}.ts`), `${code}\nexport {}\n`)
    }
    await compile(project, project)
    return []
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error
    return error.message.split('\n').slice(1).filter(Boolean)
  } finally {
    await rm(project, { recursive: true })
  }
}
