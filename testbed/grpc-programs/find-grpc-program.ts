// Finds the example client or server of a language.

import { memoizeTexts } from '../../core/memo.ts'
import { findGoProgram } from './go.ts'
import type { FindGrpcProgram, GrpcLanguage, GrpcProgram, GrpcRole } from './grpc-program.ts'
import { findJavaProgram } from './java.ts'
import { findNodeProgram } from './node.ts'
import { findPythonProgram } from './python.ts'

/** A finder that looks once for each role: to ask a language for its version takes up to a second, at each start of a program. */
function once(find: FindGrpcProgram): FindGrpcProgram {
  return memoizeTexts(2, (role) => find(role as GrpcRole))
}

const FINDERS: Readonly<Record<GrpcLanguage, FindGrpcProgram>> = {
  node: findNodeProgram,
  python: once(findPythonProgram),
  go: once(findGoProgram),
  java: once(findJavaProgram),
}

/** The languages whose programs can be started. */
export const GRPC_LANGUAGES = Object.keys(FINDERS) as readonly GrpcLanguage[]

/** @throws SwitchyardError `process-failed` without the language's tools, with how to install them */
export function findGrpcProgram(language: GrpcLanguage, role: GrpcRole): GrpcProgram {
  return FINDERS[language](role)
}
