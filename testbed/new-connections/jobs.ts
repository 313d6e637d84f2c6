// What the client of new connections is asked to do, and what came of it. It travels as JSON.

import type { HandshakeCase } from './securities.ts'

export interface Place {
  /** `HOST:PORT` of the server in plaintext, and of the one with TLS. */
  readonly plaintext: string
  readonly tls: string
  /** PEM of the authority of the server's certificate. */
  readonly ca: string
}

export interface HandshakeJob extends Place {
  readonly cases: readonly HandshakeCase[]
  /** New connections of each case. */
  readonly repeat: number
  /** Cases at a time: their waits cost nothing but time. */
  readonly lanes: number
}

/** Of one new connection, in milliseconds. */
export interface FirstCalls {
  /** From the beginning of the connection to the end of its first call. */
  readonly first: number
  /** The call after it. */
  readonly next: number
  readonly isResumed: boolean
  /** Such as `TLSv1.3`; empty in plaintext. */
  readonly protocol: string
}

export interface BatchJob extends Place {
  readonly batches: readonly Batch[]
}

/** Calls on one new connection of grpc-js with TLS 1.3. */
export interface Batch {
  readonly calls: number
  readonly order: 'one after the other' | 'at once'
}

/** In milliseconds. */
export interface BatchResult {
  /** From the beginning of the connection to the end of the last call. */
  readonly all: number
  /** To the end of the first call. */
  readonly first: number
}

/** Calls of plaintext, each on a new connection. */
export interface PeerJob extends Place {
  readonly calls: number
}

export interface Jobs {
  readonly handshakes: { readonly job: HandshakeJob; readonly result: readonly (readonly FirstCalls[])[] }
  readonly batches: { readonly job: BatchJob; readonly result: readonly BatchResult[] }
  /** The client's address, `IP:PORT`, as the server saw it in each call. */
  readonly peers: { readonly job: PeerJob; readonly result: readonly string[] }
}

export type JobName = keyof Jobs
