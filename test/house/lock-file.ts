// Checks that `npm ci` can use package-lock.json on every platform.
import { posix } from 'node:path'

export interface LockedPackage {
  readonly resolved?: string
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The `packages` of a lock file: by folder, the root package under the empty name. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>

/**
 * Every problem of a lock file, as `FOLDER: what is wrong`.
 * npm writes a lock file without other platforms' optional packages if it makes one beside an existing node_modules;
 * `npm ci` rejects such a file on those platforms.
 */
export function lockFileProblems(packages: LockedPackages): string[] {
  return Object.entries(packages).flatMap(([folder, locked]) => [
    ...Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
      .filter((name) => !isFound(packages, folder, name))
      .map((name) => `${folder || 'the root package'}: has no entry for its dependency ${name}`),
    ...(locked.resolved !== undefined && locked.link !== true
      ? [`${folder}: names a download address; .npmrc omits them`]
      : []),
  ])
}

/** Node's lookup: the package's own node_modules, then those of the folders around it. */
function isFound(packages: LockedPackages, folder: string, name: string): boolean {
  if (posix.join(folder, 'node_modules', name) in packages) return true
  return folder !== '' && isFound(packages, folder.includes('/') ? posix.dirname(folder) : '', name)
}
