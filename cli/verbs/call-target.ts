// What `yard call` calls: addresses, TLS by flags or as the listener has it, and the host name of the calls.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChannelCredentials, type ClientOptions, credentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'
import { clientTlsOf, type Document } from '../../testbed/document.ts'
import type { TestbedDescription } from '../../testbed/state-file.ts'
import { findControlPlane, findTestbed } from '../find-control-plane.ts'

export interface TargetFlags {
  readonly to?: readonly string[]
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly authority?: string
}

export interface CallTarget {
  readonly addresses: readonly string[]
  /** Undefined for plaintext. */
  readonly credentials?: ChannelCredentials
  readonly channel: ClientOptions
}

/** Paths of PEM files. */
interface TlsFiles {
  readonly ca: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** @throws SwitchyardError `not-found` for a fleet without Envoys, `invalid-argument` for files that cannot be read */
export async function findCallTarget(fleet: string, flags: TargetFlags): Promise<CallTarget> {
  const { to, ca, cert, key, authority } = flags
  if ((cert === undefined) !== (key === undefined)) {
    throw new SwitchyardError('invalid-argument', '--cert and --key belong together: give both or neither')
  }
  const given: TlsFiles | undefined = ca === undefined && cert === undefined ? undefined : { ca, cert, key }
  const { addresses, files } =
    to === undefined ? await inTestbed(fleet, given) : { addresses: to, files: given }
  return {
    addresses,
    ...(files && { credentials: await readCredentials(files) }),
    channel: {
      ...(authority !== undefined && { 'grpc.default_authority': authority }),
      // Certificates of a testbed name addresses. Those of somebody else name the host of the calls.
      ...(authority !== undefined && given && { 'grpc.ssl_target_name_override': hostOf(authority) }),
    },
  }
}

async function inTestbed(fleet: string, given: TlsFiles | undefined) {
  const testbed = await findTestbed(
    'start one with "yard up", or name listeners of other Envoys with --to HOST:PORT',
  )
  const addresses = addressesOf(testbed, fleet)
  return { addresses, files: given ?? (await filesForListener(testbed, fleet)) }
}

function addressesOf({ fleets, clients = {} }: TestbedDescription, fleet: string): readonly string[] {
  const nodes = fleets[fleet] ?? []
  if (nodes.length > 0) return nodes.map(({ address }) => address)
  if (clients[fleet] !== undefined) {
    throw new SwitchyardError(
      'not-found',
      `the fleet "${fleet}" has gRPC clients and no Envoys: have them call with --from ${fleet}`,
    )
  }
  const known = Object.keys(fleets).join(', ')
  throw new SwitchyardError('not-found', `no Envoy of fleet "${fleet}" is running here. Use one of: ${known}`)
}

/** The files of `yard certs` in the testbed's folder of secrets; undefined if the listener has no TLS. */
async function filesForListener(
  { secrets }: TestbedDescription,
  fleet: string,
): Promise<TlsFiles | undefined> {
  const rest = await findControlPlane(undefined)
  const tls = clientTlsOf((await rest.getConfig()).config as Document, fleet)
  if (tls === undefined) return undefined
  const file = (name: string) => join(secrets, name)
  return {
    ca: file('ca.pem'),
    ...(tls.certificate && { cert: file('client.pem'), key: file('client.key') }),
  }
}

async function readCredentials({ ca, cert, key }: TlsFiles): Promise<ChannelCredentials> {
  const [authorities, chain, privateKey] = await Promise.all([
    readPem('--ca', ca),
    readPem('--cert', cert),
    readPem('--key', key),
  ])
  // grpc-js sends an IP address as the server name, as callers of an address expect. Node warns about each.
  process.noDeprecation = true
  try {
    return credentials.createSsl(authorities, privateKey, chain)
  } catch (cause) {
    const files = [ca, cert, key].filter((file) => file !== undefined).join(', ')
    const { message } = cause as Error
    throw new SwitchyardError('invalid-argument', `TLS does not accept ${files}: ${message}`, { cause })
  }
}

async function readPem(flag: string, file: string | undefined): Promise<Buffer | null> {
  if (file === undefined) return null
  try {
    return await readFile(file)
  } catch (cause) {
    const { message } = cause as Error
    throw new SwitchyardError('invalid-argument', `TLS needs ${flag} FILE: ${message}`, { cause })
  }
}

function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, '')
}
