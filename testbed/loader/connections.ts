// Opens the channels of a load. Each has connections of its own.

import { readFileSync } from 'node:fs'
import {
  Channel,
  type ChannelCredentials,
  type ChannelInterface,
  type ChannelOptions,
  connectivityState,
  credentials,
} from '@grpc/grpc-js'
import { MAX_MESSAGE_BYTES } from '../../services/rpc/index.ts'
import type { LoadPlan } from './load-plan.ts'

/** How long a load waits for its connections before it begins without them. It does not wait for those that failed. */
const CONNECT_MS = 5_000

/** @returns the channels, and how many of them have a connection */
export async function openConnections(
  plan: LoadPlan,
): Promise<{ readonly channels: readonly ChannelInterface[]; readonly ready: number }> {
  const targets = plan.targets ?? [plan.target ?? '']
  if (targets.some((target) => target.startsWith('xds:'))) await registerXds()
  const security = await credentialsOf(plan)
  const options = optionsOf(plan)
  const channels = Array.from(
    { length: plan.connections },
    (_, at) => new Channel(targets[at % targets.length] ?? '', security, options),
  )
  const deadline = Date.now() + CONNECT_MS
  const ready = await Promise.all(channels.map((channel) => untilReady(channel, deadline)))
  return { channels, ready: ready.filter(Boolean).length }
}

let isRegistered = false

/** Only where it is needed: it takes a third of a second and 50 MiB. */
async function registerXds(): Promise<void> {
  if (isRegistered) return
  isRegistered = true
  const { register } = await import('@grpc/grpc-js-xds')
  register()
}

async function credentialsOf({ tls, xdsCredentials = false }: LoadPlan): Promise<ChannelCredentials> {
  if (xdsCredentials) {
    const { XdsChannelCredentials } = await import('@grpc/grpc-js-xds')
    return new XdsChannelCredentials(credentials.createInsecure())
  }
  if (tls === undefined) return credentials.createInsecure()
  const [ca, key, certificate] = [tls.ca, tls.key, tls.certificate].map((file) =>
    file === undefined ? null : readFileSync(file),
  )
  return credentials.createSsl(ca, key, certificate)
}

function optionsOf({ tls, serviceConfig, channelOptions }: LoadPlan): ChannelOptions {
  return {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_channelz': 0,
    ...(tls?.serverName !== undefined && {
      'grpc.ssl_target_name_override': tls.serverName,
      'grpc.default_authority': tls.serverName,
    }),
    ...(serviceConfig !== undefined && { 'grpc.service_config': JSON.stringify(serviceConfig) }),
    ...channelOptions,
    'grpc.use_local_subchannel_pool': 1,
  }
}

async function untilReady(channel: ChannelInterface, deadline: number): Promise<boolean> {
  for (;;) {
    const state = channel.getConnectivityState(true)
    if (state === connectivityState.READY) return true
    if (state === connectivityState.TRANSIENT_FAILURE) return false
    const changed = await new Promise<boolean>((resolve) => {
      channel.watchConnectivityState(state, deadline, (error) => resolve(error === undefined))
    })
    if (!changed) return false
  }
}
