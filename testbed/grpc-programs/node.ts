// The example client and server in Node. They run on the Node of this process.

import { sourceFile } from '../part.ts'
import type { GrpcProgram, GrpcRole } from './grpc-program.ts'

export function findNodeProgram(role: GrpcRole): GrpcProgram {
  return { command: process.execPath, args: [sourceFile(`services/${role}s/node/main.ts`)] }
}
