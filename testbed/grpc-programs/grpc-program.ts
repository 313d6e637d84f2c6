// What starts an example client or server of a language.

import type { GrpcClient } from '../../core/grpc-clients.ts'

/** The languages of `services/clients/` and `services/servers/`. */
export type GrpcLanguage = Exclude<GrpcClient, 'cpp'>

export type GrpcRole = 'client' | 'server'

/** A command that takes the flags of the program as further arguments. */
export interface GrpcProgram {
  readonly command: string
  readonly args: readonly string[]
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Finds the program of a role, and fetches or builds what it needs.
 * @throws SwitchyardError `process-failed` without the language's tools, with how to install them
 */
export type FindGrpcProgram = (role: GrpcRole) => GrpcProgram
