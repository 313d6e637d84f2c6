// SotW and delta, each as a decoder, a machine and an encoder, so that the code that moves bytes is written once.

import type { Response } from '../type-state/responses.ts'
import { type Decoded, decodeDeltaRequest, decodeSotwRequest } from './decode.ts'
import { deltaRules } from './delta-stream.ts'
import { encodeDeltaResponse, encodeSotwResponse } from './encode.ts'
import type { DeltaRequest, SotwRequest } from './requests.ts'
import { sotwRules } from './sotw-stream.ts'
import { step } from './step.ts'
import type { Step, StreamEvent, StreamState } from './stream.ts'

export interface WireProtocol<Request extends { readonly typeUrl: string }> {
  readonly name: 'sotw' | 'delta'
  /** `state` is the state of the stream. A client often repeats the names of its last request, which then need no decoding. */
  readonly decode: (bytes: Uint8Array, state: StreamState) => Decoded<Request>
  /** Whether the first request of a stream reports no versions from an earlier stream: the client has just started. */
  readonly reportsNoVersions: (first: Request) => boolean
  /** What the first request of a type reports to have, by name. */
  readonly reportedVersions: (request: Request) => ReadonlyMap<string, string>
  /** One step of a stream; pure. */
  readonly step: (state: StreamState, event: StreamEvent<Request>) => Step
  readonly encode: (response: Response) => Buffer
}

const NO_VERSIONS: ReadonlyMap<string, string> = new Map()

export const sotw: WireProtocol<SotwRequest> = {
  name: 'sotw',
  decode: (bytes, { typeStates }) => decodeSotwRequest(bytes, typeStates),
  reportsNoVersions: ({ versionInfo }) => versionInfo === '',
  reportedVersions: () => NO_VERSIONS,
  step: (state, event) => step(sotwRules, state, event),
  encode: encodeSotwResponse,
}

export const delta: WireProtocol<DeltaRequest> = {
  name: 'delta',
  decode: (bytes) => decodeDeltaRequest(bytes),
  reportsNoVersions: ({ initialResourceVersions }) => initialResourceVersions.size === 0,
  reportedVersions: ({ initialResourceVersions }) => initialResourceVersions,
  step: (state, event) => step(deltaRules, state, event),
  encode: encodeDeltaResponse,
}
