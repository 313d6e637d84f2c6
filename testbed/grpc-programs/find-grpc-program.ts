// Finds the example client or server of a language.

import { findGoProgram } from './go.ts'
import type { FindGrpcProgram, GrpcLanguage, GrpcProgram, GrpcRole } from './grpc-program.ts'
import { findJavaProgram } from './java.ts'
import { findNodeProgram } from './node.ts'
import { findPythonProgram } from './python.ts'

const FINDERS: Readonly<Record<GrpcLanguage, FindGrpcProgram>> = {
  node: findNodeProgram,
  python: findPythonProgram,
  go: findGoProgram,
  java: findJavaProgram,
}

/** The languages whose programs can be started. */
export const GRPC_LANGUAGES = Object.keys(FINDERS) as readonly GrpcLanguage[]

/** @throws SwitchyardError `process-failed` without the language's tools, with how to install them */
export function findGrpcProgram(language: GrpcLanguage, role: GrpcRole): GrpcProgram {
  return FINDERS[language](role)
}
