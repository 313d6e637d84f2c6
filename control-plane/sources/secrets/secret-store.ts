// The secrets that a configuration uses: read and checked before they are served, watched while they are, and kept where a renewal is no good.

import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../../core/errors.ts'
import { secretsUsedBy, switchesOf } from '../../document/configured-switches.ts'
import type { Config } from '../../document/model.ts'
import { type PlacedProblem, toProblem } from '../../document/problem.ts'
import type { SecretFiles } from '../../switches/tls.ts'
import { type ReadSecret, readSecret } from './read-secret.ts'
import type { SecretMaterials } from './secret-bytes.ts'
import { WatchedFiles } from './watch-files.ts'

export interface SecretStoreOptions {
  /** Where the paths of the document begin. */
  readonly folder: string
  /** Between two looks at the files, in milliseconds. Default: 1,000. */
  readonly intervalMs?: number
  /** Whether Envoys are reached by a way that keys may go. Default: true. */
  readonly isPrivate?: boolean
}

/** All that a configuration uses, as it is to be served. */
export interface ReadSecrets {
  readonly inUse: ReadonlyMap<string, SecretInUse>
  /** Of secrets that nothing good is known of: a configuration with one of these cannot be served. */
  readonly findings: readonly PlacedProblem[]
}

export interface SecretInUse extends ReadSecret {
  readonly files: SecretFiles
  /** What is wrong with the files now, while what they held before stays in force. */
  readonly problems: readonly Problem[]
}

/** What may be told of a secret. */
export interface SecretStatus {
  readonly notAfter: string
  /** Empty where the files are in force as they are. */
  readonly problems: readonly Problem[]
}

const INTERVAL_MS = 1_000
const PLAINTEXT = 'does not go over plaintext TCP: serve xDS over TLS, or on a Unix socket'

export class SecretStore {
  readonly #folder: string
  readonly #isPrivate: boolean
  readonly #watched: WatchedFiles
  #inUse: ReadonlyMap<string, SecretInUse> = new Map()
  #onChange: () => void = () => {}

  constructor({ folder, intervalMs = INTERVAL_MS, isPrivate = true }: SecretStoreOptions) {
    this.#folder = folder
    this.#isPrivate = isPrivate
    this.#watched = new WatchedFiles(intervalMs, () => this.#onChange())
  }

  /** Calls `listener` when a file of a secret in use has changed, and has come to rest. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /**
   * Reads the secrets of all that is on. One that is in use, or is `known` from another time, is given as it was before where
   * its files have gone bad.
   */
  async read(config: Config, known?: ReadSecrets): Promise<ReadSecrets> {
    const { secrets = {} } = config
    const names = new Set(secretsUsedBy(switchesOf(config)).map(({ secret }) => secret))
    const now = new Date()
    const inUse = new Map<string, SecretInUse>()
    const findings: PlacedProblem[] = this.#isPrivate
      ? []
      : [...names].map((name) => ({ steps: ['secrets', name], message: PLAINTEXT }))
    for (const name of [...names].toSorted()) {
      const files = secrets[name] ?? {}
      const read = await readSecret(this.#folder, files, now)
      if ('material' in read) {
        inUse.set(name, { ...read, files, problems: [] })
        continue
      }
      const found = read.map(({ field, message }) => ({ steps: ['secrets', name, field], message }))
      const before = [this.#inUse.get(name), known?.inUse.get(name)].find((one) =>
        isDeepStrictEqual(one?.files, files),
      )
      if (before !== undefined) {
        inUse.set(name, { ...before, problems: found.map(toProblem) })
      } else {
        findings.push(...found)
      }
    }
    return { inUse, findings }
  }

  /** From now on these are in force, and their files are watched. */
  use({ inUse }: ReadSecrets): void {
    this.#inUse = inUse
    const paths = [...inUse.values()].flatMap(({ files }) => Object.values(files))
    this.#watched.watch(new Set(paths.map((path) => join(this.#folder, path))))
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
}

export function materialsOf({ inUse }: Pick<ReadSecrets, 'inUse'>): SecretMaterials {
  return new Map([...inUse].map(([name, { material }]) => [name, material]))
}
