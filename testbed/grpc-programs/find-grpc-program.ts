// Finds the example client or server of a language.

import { SwitchyardError } from '../../core/errors.ts'
import type { FindGrpcProgram, GrpcLanguage, GrpcProgram, GrpcRole } from './grpc-program.ts'
import { findNodeProgram } from './node.ts'
import { findPythonProgram } from './python.ts'

const FINDERS: Readonly<Partial<Record<GrpcLanguage, FindGrpcProgram>>> = {
  node: findNodeProgram,
  python: findPythonProgram,
}

/** @throws SwitchyardError `process-failed` without the language's tools, with how to install them */
export function findGrpcProgram(language: GrpcLanguage, role: GrpcRole): GrpcProgram {
  const find = FINDERS[language]
  if (find === undefined)
    throw new SwitchyardError('process-failed', `there is no gRPC ${role} in ${language} yet`)
  return find(role)
}
