// The xDS bootstrap of a gRPC program, as a file beside its log.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface BootstrapOptions {
  /** The name of the program, and that of its bootstrap in the folder. */
  readonly name: string
  /** The xDS bootstrap, which a target of the scheme `xds` and an xDS server need. */
  readonly bootstrap?: object
}

/**
 * Writes the bootstrap. @returns the environment that names it as gRPC wants:
 * https://github.com/grpc/proposal/blob/master/A27-xds-global-load-balancing.md#xdsclient-and-bootstrap-file
 */
export async function bootstrapEnv(
  folder: string,
  { name, bootstrap }: BootstrapOptions,
): Promise<Readonly<Record<string, string>>> {
  if (bootstrap === undefined) return {}
  const file = join(folder, `${encodeURIComponent(name)}.bootstrap.json`)
  await writeFile(file, JSON.stringify(bootstrap, undefined, 2))
  return { GRPC_XDS_BOOTSTRAP: file }
}
