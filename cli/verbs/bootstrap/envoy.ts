// The bootstrap of an Envoy, and the command that starts it.

import { writeFile } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { SwitchyardError } from '../../../core/errors.ts'
import { shellQuoted } from '../../../core/shell-quote.ts'
import { bootstrapJson, createBootstrap, type XdsProtocol } from '../../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../../envoy-bootstrap/find-envoy.js'
import { readLocality } from '../../../envoy-bootstrap/locality.ts'
import { DEFAULT_LIMITS, type EnvoyLimits } from '../../../envoy-bootstrap/overload.ts'
import { STATS_INTERVAL_MS } from '../../../envoy-bootstrap/stats-sink.ts'
import type { StatsTags } from '../../../envoy-bootstrap/stats-tags.ts'
import { watchedFiles, watchedPaths, type XdsTlsFiles } from '../../../envoy-bootstrap/xds-tls.ts'
import { STATS_INTERVAL_MS as TESTBED_INTERVAL_MS } from '../../../testbed/fleets.ts'
import { report } from '../../output/print.ts'
import { filesOf, findXds, namingFlags, type XdsFlags } from './xds.ts'

export interface EnvoyFlags extends XdsFlags {
  readonly out?: string
  readonly address?: string
  readonly envoyAdmin?: string
  readonly statsListener?: string
  readonly protocol?: XdsProtocol
  readonly statsTag?: readonly string[]
  readonly locality?: string
  readonly maxConnections?: number
  /** MiB. */
  readonly maxHeap?: number
}

export const MIB = 1024 ** 2

/** Options of `createBootstrap` by the flags that set them. */
const FLAG_OF: Readonly<Record<string, string>> = {
  nodeId: '<node>',
  cluster: '<fleet>',
  listenerAddress: '--address',
  'xds.address': '--xds',
  adminAddress: '--envoy-admin',
  statsAddress: '--stats-listener',
  locality: '--locality',
}

export async function printEnvoyBootstrap(fleet: string, node: string, flags: EnvoyFlags): Promise<void> {
  const { address: listenerAddress = '127.0.0.1', protocol = 'delta' } = flags
  const given = watchedIf(flags.out, tlsOf(flags))
  const { addresses, tls = given } = await findXds(fleet, node, flags)
  const [address = ''] = addresses
  if (addresses.length > 1) {
    throw new SwitchyardError('invalid-argument', '--xds: an Envoy has one control plane: give one address')
  }
  const xds = { address, ...(tls && { tls }) }
  // The nodes of a fleet push equally often.
  const statsIntervalMs = flags.xds === undefined ? TESTBED_INTERVAL_MS : STATS_INTERVAL_MS
  const statsTags = readStatsTags(flags.statsTag ?? [])
  const bootstrap = namingFlags(
    (option) => FLAG_OF[option] ?? option.replace(/^statsTags\./, '--stats-tag '),
    () =>
      createBootstrap({
        nodeId: node,
        cluster: fleet,
        listenerAddress,
        ...(flags.envoyAdmin !== undefined && { adminAddress: flags.envoyAdmin }),
        ...(flags.statsListener !== undefined && { statsAddress: flags.statsListener }),
        protocol,
        xds,
        statsTags,
        statsIntervalMs,
        limits: limitsOf(flags),
        ...(flags.locality !== undefined && { locality: readLocality(flags.locality) }),
      }),
  )
  if (flags.out === undefined) process.stdout.write(`${bootstrapJson(bootstrap)}\n`)
  else await writeFiles(flags.out, `${bootstrapJson(bootstrap)}\n`, given)
  // The control plane of "yard up" keeps what a listener of an Envoy still uses for this long, others as long as Envoy does.
  const drain = flags.xds === undefined ? ' --drain-time-s 4' : ''
  report(`start it: ${envoyCommand()} -c ${asWord(flags.out ?? 'FILE')} --disable-hot-restart${drain}`)
}

/** Envoy finds the files that it watches beside its certificate, under the name of the bootstrap. */
function watchedIf(out: string | undefined, tls: XdsTlsFiles | undefined): XdsTlsFiles | undefined {
  if (out === undefined || tls === undefined) return tls
  return { ...tls, watched: watchedPaths(join(dirname(tls.certificate), parse(out).name)) }
}

/** @throws SwitchyardError `invalid-argument` if a file cannot be written */
async function writeFiles(out: string, bootstrap: string, tls: XdsTlsFiles | undefined): Promise<void> {
  const { dir, name } = parse(out)
  const beside = watchedPaths(join(dir, name))
  const content = tls?.watched && watchedFiles(tls)
  const files = [
    [out, bootstrap],
    ...(content
      ? [
          [beside.certificate, content.certificate],
          [beside.ca, content.ca],
        ]
      : []),
  ] as const
  for (const [file = '', text = ''] of files) await writeOut(file, text)
  report(`wrote ${files.map(([file]) => file).join(', ')}`)
  if (tls?.watched) report(`Envoy reads the last two in ${dirname(tls.certificate)}: put them there`)
}

async function writeOut(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (cause) {
    const message = `--out: cannot write ${file}: ${(cause as Error).message}. Name a file in a folder that exists and that you may write to`
    throw new SwitchyardError('invalid-argument', message, { cause })
  }
}

function limitsOf({ maxConnections, maxHeap }: EnvoyFlags): EnvoyLimits {
  return {
    ...DEFAULT_LIMITS,
    ...(maxConnections !== undefined && { maxConnections }),
    ...(maxHeap !== undefined && { maxHeapBytes: maxHeap * MIB }),
  }
}

/** @param written `NAME=VALUE` each; @throws SwitchyardError `invalid-argument` that names all that are not */
function readStatsTags(written: readonly string[]): StatsTags {
  const wrong = written.filter((tag) => !tag.includes('='))
  if (wrong.length > 0) {
    throw new SwitchyardError('invalid-argument', 'invalid tags of statistics:', {
      problems: wrong.map((tag) => ({ path: '--stats-tag', message: `is "${tag}"; write NAME=VALUE` })),
    })
  }
  return Object.fromEntries(
    written.map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
  )
}

/** The Envoy that "yard up" would start; without one, that of another host. */
function envoyCommand(): string {
  try {
    const { path } = findEnvoy({ fetch: false, log: () => {} })
    return asWord(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'envoy-not-found') return 'envoy'
    throw error
  }
}

function asWord(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : shellQuoted(path)
}

function tlsOf(flags: EnvoyFlags): XdsTlsFiles | undefined {
  const { ca, certificate, key } = filesOf(flags)
  if (ca !== undefined && certificate !== undefined && key !== undefined) return { ca, certificate, key }
  if (ca === undefined && certificate === undefined && key === undefined) return undefined
  throw new SwitchyardError(
    'invalid-argument',
    '--ca, --cert and --key belong together, because xDS has mutual TLS: give all three or none',
  )
}
