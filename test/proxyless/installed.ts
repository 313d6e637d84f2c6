// Whether the programs of a client can run on this machine.

import { LANGUAGE_TOOLS } from '../support/grpc-client.ts'
import { missingTool } from '../support/requirements.ts'
import type { MatrixClient } from './matrix-client.ts'

/** The command that installs what the client's programs need; undefined if they can run. */
export function installHint(client: MatrixClient): string | undefined {
  const tool = LANGUAGE_TOOLS[client]
  return tool && missingTool(tool)
}
