// A way from a browser to a gRPC service.

import type { Need, RunContext } from '../../../../harness/scenario.ts'
import type { Witness } from '../witness.ts'

export interface Way {
  /** A part of run ids. */
  readonly id: string
  readonly title: string
  /** Of the curriculum: O3.1 for Envoy's filter, O3.2 for the others. */
  readonly row: 'O3.1' | 'O3.2'
  readonly needs?: readonly Need[]
  /** Brings the witness to where a browser calls it. */
  readonly open: (context: RunContext, witness: Witness) => Promise<OpenWay>
}

export interface OpenWay {
  /** What browsers call, such as `http://127.0.0.1:8080`. */
  readonly url: string
  close(): Promise<void>
}
