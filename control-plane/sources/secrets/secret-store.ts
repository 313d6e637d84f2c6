// The secrets that a configuration uses: read and checked before they are served, watched while they are, and kept if a renewal is invalid.

import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../../core/errors.ts'
import { secretsUsedBy, switchesWithSecrets } from '../../document/configured-switches.ts'
import type { Config } from '../../document/model.ts'
import { type PlacedProblem, toProblem } from '../../document/problem.ts'
import type { SecretFiles } from '../../switches/tls.ts'
import { WatchedFiles } from '../files/watch-files.ts'
import { type ReadSecret, readSecret } from './read-secret.ts'
import type { SecretBytesByName } from './secret-bytes.ts'
import { createSecretFileReader, type SecretFileReader } from './secret-files.ts'

export interface SecretStoreOptions {
  /** The folder of secrets: paths of the document begin there, and no file outside is read. */
  readonly folder: string
  /** Paths of the control plane's own files, which are never read. Default: none. */
  readonly ownFiles?: readonly string[]
  /** Reads a file of the folder. Default: `createSecretFileReader`. */
  readonly readFile?: SecretFileReader
  /** Between two looks at the files, in milliseconds. Default: 1,000. */
  readonly intervalMs?: number
  /** Whether xDS is served over TLS or a Unix socket, so that keys may be sent. Default: true. */
  readonly isPrivate?: boolean
}

/** All secrets that a configuration uses, as they are to be served. */
export interface ReadSecrets {
  readonly inUse: ReadonlyMap<string, SecretInUse>
  /** Secrets without valid bytes, new or from before: a configuration that uses one cannot be served. */
  readonly problems: readonly PlacedProblem[]
}

export interface SecretInUse extends ReadSecret {
  readonly files: SecretFiles
  /** What is wrong with the files now, while the bytes from before stay in force. */
  readonly problems: readonly Problem[]
  /** How many changes of files had been seen when these were read. */
  readonly asOf: number
}

/** What may be shown of a secret. */
export interface SecretStatus {
  readonly notAfter: string
  /** Empty if the files are in force as they are. */
  readonly problems: readonly Problem[]
}

const INTERVAL_MS = 1_000
const PLAINTEXT =
  'is not sent over plaintext TCP; serve xDS over mutual TLS ("yard up": --mtls; "yard serve": --xds-certificate, --xds-key and --xds-client-ca) or on a Unix socket (--xds unix:/PATH)'

export class SecretStore {
  readonly #folder: string
  readonly #readFile: SecretFileReader
  readonly #isPrivate: boolean
  readonly #watched: WatchedFiles
  #inUse: ReadonlyMap<string, SecretInUse> = new Map()
  #onChange: () => void = () => {}
  #changes = 0
  /** By the paths that are watched: the number of the last change. */
  #changedAt = new Map<string, number>()

  constructor({
    folder,
    ownFiles,
    readFile,
    intervalMs = INTERVAL_MS,
    isPrivate = true,
  }: SecretStoreOptions) {
    this.#folder = folder
    this.#readFile = readFile ?? createSecretFileReader(folder, ownFiles)
    this.#isPrivate = isPrivate
    this.#watched = new WatchedFiles(intervalMs, (paths) => {
      this.#changes += 1
      for (const path of paths) this.#changedAt.set(path, this.#changes)
      this.#onChange()
    })
  }

  /** Calls `listener` when files of secrets in use have changed and come to rest. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /**
   * Gives the secrets of everything that is on. Only files that are new here, that changed or that expired are read. If they are
   * invalid, a secret that is in use, or is `known` from another time, is given as it was before.
   */
  async read(config: Config, known?: ReadSecrets): Promise<ReadSecrets> {
    const { secrets = {} } = config
    const names = new Set(secretsUsedBy(switchesWithSecrets(config)).map(({ secret }) => secret))
    const now = new Date()
    const inUse = new Map<string, SecretInUse>()
    const problems: PlacedProblem[] = this.#isPrivate
      ? []
      : [...names].map((name) => ({ steps: ['secrets', name], message: PLAINTEXT }))
    for (const name of [...names].toSorted()) {
      const files = secrets[name] ?? {}
      const [current, other] = [this.#inUse, known?.inUse].map((map) => {
        const one = map?.get(name)
        return isDeepStrictEqual(one?.files, files) ? one : undefined
      })
      if (current !== undefined && this.#isUpToDate(current, now)) {
        inUse.set(name, current)
        continue
      }
      const asOf = this.#changes
      const read = await readSecret(this.#readFile, files, now)
      if ('bytes' in read) {
        inUse.set(name, { ...read, files, problems: [], asOf })
        continue
      }
      const found = read.map(({ field, message }) => ({ steps: ['secrets', name, field], message }))
      const before = current ?? other
      if (before === undefined) problems.push(...found)
      else inUse.set(name, { ...before, problems: found.map(toProblem), asOf })
    }
    return { inUse, problems }
  }

  /** From now on these are in force, and their files are watched. */
  use({ inUse }: ReadSecrets): void {
    this.#inUse = inUse
    const paths = new Set([...inUse.values()].flatMap(({ files }) => this.#pathsOf(files)))
    this.#changedAt = new Map([...this.#changedAt].filter(([path]) => paths.has(path)))
    this.#watched.watch(paths)
  }

  /** By the names of the document. */
  status(): Readonly<Record<string, SecretStatus>> {
    return Object.fromEntries(
      [...this.#inUse].map(([name, { notAfter, problems }]) => [
        name,
        { notAfter: notAfter.toISOString(), problems },
      ]),
    )
  }

  close(): void {
    this.#watched.close()
  }

  #isUpToDate({ files, notAfter, asOf }: SecretInUse, now: Date): boolean {
    return notAfter > now && this.#pathsOf(files).every((path) => (this.#changedAt.get(path) ?? 0) <= asOf)
  }

  #pathsOf(files: SecretFiles): string[] {
    return Object.values(files).map((path) => join(this.#folder, path))
  }
}

export function bytesOf({ inUse }: Pick<ReadSecrets, 'inUse'>): SecretBytesByName {
  return new Map([...inUse].map(([name, { bytes }]) => [name, bytes]))
}
