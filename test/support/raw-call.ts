// Calls over raw HTTP/2, for tests: the same as `yard test` makes.

export {
  connectRaw,
  type RawAnswer,
  type RawCall,
  type RawConnection,
  type RawIdentity,
} from '../../policy-tests/calls/raw-call.ts'
