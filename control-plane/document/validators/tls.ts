// TLS: secrets that are whole, and switches that name the part they need.

import { type SecretPart, secretsOf } from '../../switches/tls.ts'
import type { Config, Listener, Upstream } from '../model.ts'
import type { Finding } from '../problem.ts'
import { checkReference } from './reference.ts'

export function* checkTls({ secrets = {}, upstreams, fleets }: Config): Iterable<Finding> {
  yield* checkSecrets(secrets)
  for (const [name, { tls }] of Object.entries(upstreams)) {
    yield* checkReferences(['upstreams', name, 'tls'], tls, secrets)
  }
  for (const [name, { listeners }] of Object.entries(fleets)) {
    for (const [id, { tls }] of Object.entries(listeners)) {
      const steps = ['fleets', name, 'listeners', id, 'tls']
      yield* checkReferences(steps, tls, secrets)
      yield* checkClients(steps, tls)
    }
  }
}

function* checkSecrets(secrets: NonNullable<Config['secrets']>): Iterable<Finding> {
  for (const [name, { certificate, key, passphrase, ca }] of Object.entries(secrets)) {
    const steps = ['secrets', name]
    if (certificate === undefined && key === undefined && ca === undefined) {
      yield { steps, message: 'names no file: write certificate and key, or ca' }
    }
    if (certificate !== undefined && key === undefined) {
      yield { steps: [...steps, 'key'], message: 'is missing: a certificate is of no use without its key' }
    }
    if (certificate === undefined && key !== undefined) {
      yield {
        steps: [...steps, 'certificate'],
        message: 'is missing: a key is of no use without its certificate',
      }
    }
    if (passphrase !== undefined && key === undefined) {
      yield { steps: [...steps, 'passphrase'], message: 'opens nothing: write the key, too' }
    }
  }
}

const NEEDED: Readonly<Record<SecretPart, string>> = { certificate: 'certificate and key', ca: 'a ca' }

function* checkReferences(
  steps: readonly string[],
  tls: Upstream['tls'] | Listener['tls'],
  secrets: NonNullable<Config['secrets']>,
): Iterable<Finding> {
  for (const { field, secret, part } of secretsOf(tls)) {
    const at = [...steps, field]
    yield* checkReference(at, secret, secrets, 'entry of secrets')
    if (Object.hasOwn(secrets, secret) && secrets[secret]?.[part] === undefined) {
      yield { steps: at, message: `needs ${NEEDED[part]}, and the secret "${secret}" has none: name another` }
    }
  }
}

/** A demand upon clients that nothing could meet would be passed over without a word; and names are a demand of their own. */
function* checkClients(steps: readonly string[], tls: Listener['tls']): Iterable<Finding> {
  if (tls === undefined) return
  if (tls.clientCa !== undefined) {
    if (tls.requireClient === false && (tls.sans ?? []).length > 0) {
      const message = 'is false, and Envoy takes sans for a demand: drop one of them'
      yield { steps: [...steps, 'requireClient'], message }
    }
    return
  }
  const demands = [
    ['requireClient', tls.requireClient === true],
    ['sans', (tls.sans ?? []).length > 0],
  ] as const
  for (const [field, isWritten] of demands) {
    if (isWritten) yield { steps: [...steps, field], message: 'needs clientCa beside it: write one' }
  }
}
