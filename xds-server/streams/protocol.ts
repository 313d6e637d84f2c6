// The two protocols, each as one bundle of decoder, machine and encoder, so that what moves the bytes is written once.

import type { SharedList } from '../../core/memo.ts'
import type { Delivery, Response } from '../type-state/type-state.ts'
import { type Decoded, decodeDeltaRequest, decodeSotwRequest } from './decode.ts'
import { stepDelta } from './delta-stream.ts'
import { encodeDeltaResponse, encodeSotwResponse } from './encode.ts'
import type { DeltaRequest, SotwRequest } from './requests.ts'
import { stepSotw } from './sotw-stream.ts'
import type { Step, StreamEvent, StreamState } from './stream.ts'

export interface WireProtocol<Request extends { readonly typeUrl: string }> {
  readonly name: 'sotw' | 'delta'
  /** `state` is that of the stream: a client often repeats what it sent before. */
  readonly decode: (bytes: Uint8Array, state: StreamState) => Decoded<Request>
  /** Whether a stream's first request claims nothing that an earlier stream has brought. */
  readonly claimsNothing: (first: Request) => boolean
  readonly step: (state: StreamState, event: StreamEvent<Request>) => Step
  readonly encode: (response: Response) => Buffer
}

export const sotw: WireProtocol<SotwRequest> = {
  name: 'sotw',
  decode: (bytes, { deliveries }) => decodeSotwRequest(bytes, listsOf(deliveries.values())),
  claimsNothing: ({ versionInfo }) => versionInfo === '',
  step: stepSotw,
  encode: encodeSotwResponse,
}

export const delta: WireProtocol<DeltaRequest> = {
  name: 'delta',
  decode: (bytes) => decodeDeltaRequest(bytes),
  claimsNothing: ({ initialResourceVersions }) => initialResourceVersions.size === 0,
  step: stepDelta,
  encode: encodeDeltaResponse,
}

function* listsOf(deliveries: Iterable<Delivery>): Iterable<SharedList<string>> {
  for (const { listed } of deliveries) yield listed
}
