// The bootstrap of a gRPC client or server, and the variables that it starts with.

import { resolve } from 'node:path'
import { SwitchyardError } from '../../../core/errors.ts'
import type { GrpcClient } from '../../../core/grpc-clients.ts'
import { CERTIFICATE_PROVIDER, createGrpcBootstrap } from '../../../envoy-bootstrap/grpc-bootstrap.ts'
import type {
  GrpcBootstrapOptions,
  GrpcControlPlane,
} from '../../../envoy-bootstrap/grpc-bootstrap-options.ts'
import type { ServerFeature } from '../../../envoy-bootstrap/grpc-support.ts'
import { readLocality } from '../../../envoy-bootstrap/locality.ts'
import { report } from '../../output/print.ts'
import { filesOf, findXds, namingFlags, type XdsFlags } from './xds.ts'

export interface GrpcFlags extends XdsFlags {
  readonly locality?: string
  readonly feature?: readonly ServerFeature[]
  readonly token?: string
  readonly providerCa?: string
  readonly providerCert?: string
  readonly providerKey?: string
  readonly authority?: readonly string[]
}

/** The flags that set an option of `createGrpcBootstrap`, by how its path begins. */
const FLAGS_OF: readonly (readonly [RegExp, string])[] = [
  [/^nodeId$/, '<node>'],
  [/^cluster$/, '<fleet>'],
  [/^xds\[\d+\]\.tls$/, '--ca, --cert, --key'],
  [/^xds\b/, '--xds'],
  [/^features$/, '--feature'],
  [/^tokenFile$/, '--token'],
  [/^certificateProviders\b/, '--provider-ca, --provider-cert, --provider-key'],
  [/^authorities\b/, '--authority'],
]

export async function printGrpcBootstrap(
  client: GrpcClient,
  fleet: string,
  node: string,
  flags: GrpcFlags,
): Promise<void> {
  const given = tlsOf(flags)
  const { addresses, tls = given } = await findXds(fleet, node, flags)
  const toServer = (address: string): GrpcControlPlane => ({ address, ...(tls && { tls }) })
  const { config, environment } = namingFlags(flagsOf, () =>
    createGrpcBootstrap({
      client,
      nodeId: node,
      cluster: fleet,
      xds: addresses.map(toServer),
      ...optionsOf(flags, toServer),
    }),
  )
  process.stdout.write(`${JSON.stringify(config, undefined, 2)}\n`)
  const variables = Object.entries(environment).map(([name, value]) => ` ${name}=${value}`)
  report(`start it: GRPC_XDS_BOOTSTRAP=FILE${variables.join('')} PROGRAM`)
}

function flagsOf(option: string): string {
  return FLAGS_OF.find(([start]) => start.test(option))?.[1] ?? option
}

function tlsOf(flags: GrpcFlags): GrpcControlPlane['tls'] {
  const { ca, ...own } = filesOf(flags)
  if (ca !== undefined) return { ca, ...own }
  if (Object.keys(own).length === 0) return undefined
  throw new SwitchyardError(
    'invalid-argument',
    '--ca is missing: --cert and --key are sent over TLS, which needs the CA of the control plane',
  )
}

function optionsOf(
  { locality, feature, token, providerCa, providerCert, providerKey, authority }: GrpcFlags,
  toServer: (address: string) => GrpcControlPlane,
): Partial<GrpcBootstrapOptions> {
  const provider = {
    ...(providerCa !== undefined && { ca: resolve(providerCa) }),
    ...(providerCert !== undefined && { certificate: resolve(providerCert) }),
    ...(providerKey !== undefined && { key: resolve(providerKey) }),
  }
  return {
    ...(locality !== undefined && { locality: readLocality(locality) }),
    ...(feature && { features: feature }),
    ...(token !== undefined && { tokenFile: resolve(token) }),
    ...(Object.keys(provider).length > 0 && { certificateProviders: { [CERTIFICATE_PROVIDER]: provider } }),
    ...(authority && {
      authorities: Object.fromEntries(authority.map((one) => readAuthority(one, toServer))),
    }),
  }
}

function readAuthority(text: string, toServer: (address: string) => GrpcControlPlane) {
  const at = text.indexOf('=')
  if (at === -1) return [text, {}] as const
  return [text.slice(0, at), { xds: [toServer(text.slice(at + 1))] }] as const
}
