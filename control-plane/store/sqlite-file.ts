// A SQLite file that belongs to one process at a time, and whose commits are on the disk when they return.

import { DatabaseSync } from 'node:sqlite'
import { SwitchyardError } from '../../core/errors.ts'

/** Marks the file as ours, so that another program's is not taken for it: "SWYD". */
const APPLICATION_ID = 0x53_57_59_44

export const SCHEMA_VERSION = 1

const SCHEMA = `
  CREATE TABLE revision (
    number INTEGER PRIMARY KEY,
    etag TEXT NOT NULL,
    document TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status TEXT NOT NULL,
    detail TEXT
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`

/** https://www.sqlite.org/rescode.html */
const BUSY = 5
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

/**
 * Opens the file, made where it is missing, or with `:memory:` none. The lock is SQLite's own, on the open file: it goes
 * with the process, however that ends.
 * @throws SwitchyardError `state-in-use`, `state-damaged`, `storage-full` or `state-unusable`, which name the file
 */
export function openSqliteFile(path: string): DatabaseSync {
  return explained(path, () => {
    const database = new DatabaseSync(path)
    try {
      // Exclusive before the first access in WAL mode, so that no other process gets in: https://www.sqlite.org/wal.html
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      database.exec('BEGIN EXCLUSIVE')
      claim(database, path)
      database.exec('COMMIT')
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Runs what speaks to the file, and says of a failure which file it is, and what can be done. */
export function explained<T>(path: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof SwitchyardError) throw error
    throw explain(path, error)
  }
}

function claim(database: DatabaseSync, path: string): void {
  const read = (pragma: string) => Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]
  if (read('schema_version') === 0) {
    database.exec(SCHEMA)
    return
  }
  if (read('application_id') !== APPLICATION_ID || read('user_version') !== SCHEMA_VERSION) {
    throw new SwitchyardError(
      'state-unusable',
      `${path} was written by another program, or by another version: name another state folder`,
    )
  }
  const verdict = read('quick_check(1)')
  if (verdict !== 'ok') throw damaged(path, String(verdict))
}

function explain(path: string, error: unknown): SwitchyardError {
  const reason = error instanceof Error ? error.message : String(error)
  switch ((error as { readonly errcode?: number }).errcode) {
    case BUSY:
      return new SwitchyardError(
        'state-in-use',
        `${path} is in use by another control plane: stop it, or name another state folder`,
        { cause: error },
      )
    case FULL:
      return new SwitchyardError(
        'storage-full',
        `${path} cannot be written, because its disk is full: free some space. Nothing was changed`,
        { cause: error },
      )
    case CORRUPT:
    case NOT_A_DATABASE:
      return damaged(path, reason, error)
    default:
      return new SwitchyardError('state-unusable', `${path} cannot be used: ${reason}`, { cause: error })
  }
}

function damaged(path: string, reason: string, cause?: unknown): SwitchyardError {
  return new SwitchyardError(
    'state-damaged',
    `${path} is damaged (${reason}): restore a copy, or move the file away and start from a configuration file`,
    { cause },
  )
}
