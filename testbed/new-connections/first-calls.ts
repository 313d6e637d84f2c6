// The first call on a new connection and the one after it, with their times.

import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { createSecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls'
import { Client, credentials } from '@grpc/grpc-js'
import { callByGrpc, callByHttp2 } from './echo-call.ts'
import type { FirstCalls, Place } from './jobs.ts'
import type { HandshakeCase, Security } from './securities.ts'

export function callOverNew({ client, security }: HandshakeCase, place: Place): Promise<FirstCalls> {
  return client === 'grpc' ? grpcOverNew(security, place) : http2OverNew(security, place)
}

/** Each channel has a connection of its own, which it opens for the first call. */
export function openClient(security: Security, { plaintext, tls, ca }: Place): Client {
  const isTls = security !== 'plaintext'
  const channel = isTls
    ? credentials.createFromSecureContext(createSecureContext(contextOf(security, ca)))
    : credentials.createInsecure()
  return new Client(isTls ? tls : plaintext, channel, { 'grpc.use_local_subchannel_pool': 1 })
}

async function grpcOverNew(security: Security, place: Place): Promise<FirstCalls> {
  const client = openClient(security, place)
  try {
    const times = await timesOf(() => callByGrpc(client))
    return { ...times, isResumed: false, protocol: '' }
  } finally {
    client.close()
  }
}

/** By security, what the connection before it left to resume. */
const tickets = new Map<Security, Buffer>()

async function http2OverNew(security: Security, place: Place): Promise<FirstCalls> {
  if (security.endsWith('resumed') && !tickets.has(security)) await fetchTicket(security, place)
  const begun = performance.now()
  const session = openSession(security, place, tickets.get(security))
  try {
    const times = await timesOf(() => callByHttp2(session), begun)
    const socket = session.socket as unknown as TLSSocket
    const isTls = security !== 'plaintext'
    return {
      ...times,
      isResumed: isTls && socket.isSessionReused(),
      protocol: isTls ? (socket.getProtocol() ?? '') : '',
    }
  } finally {
    session.destroy()
  }
}

async function timesOf(call: () => Promise<unknown>, begun = performance.now()) {
  await call()
  const answered = performance.now()
  await call()
  return { first: answered - begun, next: performance.now() - answered }
}

/** In TLS 1.3 the ticket comes behind the handshake. Other connections may resume by it as well. */
async function fetchTicket(security: Security, place: Place): Promise<void> {
  const session = openSession(security, place)
  session.on('connect', (_, socket) =>
    socket.on('session', (ticket: Buffer) => tickets.set(security, ticket)),
  )
  await callByHttp2(session)
  const { socket } = session
  if (!tickets.has(security)) {
    const ticket = (socket as unknown as TLSSocket).getSession()
    if (ticket !== undefined) tickets.set(security, ticket)
  }
  session.destroy()
  await once(session, 'close')
}

function openSession(security: Security, { plaintext, tls, ca }: Place, ticket?: Buffer): ClientHttp2Session {
  const isTls = security !== 'plaintext'
  const session = connect(isTls ? `https://${tls}` : `http://${plaintext}`, {
    ...(isTls && contextOf(security, ca)),
    ...(ticket !== undefined && { session: ticket }),
  })
  // Calls report what fails.
  return session.on('error', () => {})
}

function contextOf(security: Security, ca: string): SecureContextOptions {
  const version = security.startsWith('tls-1.2') ? 'TLSv1.2' : 'TLSv1.3'
  return { ca, minVersion: version, maxVersion: version }
}
