// The revisions in one SQLite file.

import { hash } from 'node:crypto'
import { EventEmitter, on } from 'node:events'
import type { DatabaseSync } from 'node:sqlite'
import { SwitchyardError } from '../../core/errors.ts'
import type { Detail, Revision, RevisionInfo, RevisionStatus } from './revision.ts'
import type { AppendOptions, Page, RevisionStore, Verdict } from './revision-store.ts'
import { explained, openSqliteFile, SCHEMA_VERSION } from './sqlite-file.ts'

interface Row {
  readonly number: number
  readonly etag: string
  readonly author: string
  readonly created_at: string
  readonly status: RevisionStatus
  readonly detail: string | null
}

interface FullRow extends Row {
  readonly document: string
}

const INFO = 'number, etag, author, created_at, status, detail'

/** @param path of a file, or `:memory:`. @throws SwitchyardError as `openSqliteFile` */
export function openSqliteStore(path: string): RevisionStore {
  return new SqliteStore(path)
}

class SqliteStore implements RevisionStore {
  readonly #path: string
  readonly #database: DatabaseSync
  /** Whether the last write failed. */
  #isFailing = false
  readonly #emitter = new EventEmitter<{ changed: [RevisionInfo] }>().setMaxListeners(0)

  constructor(path: string) {
    this.#path = path
    this.#database = openSqliteFile(path)
  }

  async append(
    document: unknown,
    expectedHead: string | undefined,
    author: string,
    { status = 'pending', detail, previous }: AppendOptions = {},
  ): Promise<RevisionInfo> {
    const [head] = this.#read(`SELECT ${INFO} FROM revision ORDER BY number DESC LIMIT 1`)
    if (head?.etag !== expectedHead) {
      const newest = head === undefined ? 'there is no revision yet' : `the newest revision is ${head.number}`
      throw new SwitchyardError('stale-etag', `${newest}; read the document again and repeat the edit`)
    }
    const number = (head?.number ?? 0) + 1
    const text = JSON.stringify(document)
    const etag = `${number}-${hash('sha256', text, 'base64url').slice(0, 16)}`
    const createdAt = new Date().toISOString()
    this.#transact(() => {
      this.#run(
        'INSERT INTO revision (number, etag, document, author, created_at, status, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[number, etag, text, author, createdAt, status, toText(detail)],
      )
      if (head !== undefined && previous !== undefined) this.#writeVerdict(head.number, previous)
    })
    if (head !== undefined && previous !== undefined) this.#changed(head.number)
    return this.#changed(number)
  }

  async get(number: number): Promise<Revision> {
    const [row] = this.#read<FullRow>('SELECT * FROM revision WHERE number = ?', number)
    if (row === undefined) throw notFound(number)
    return toRevision(row)
  }

  async info(number: number): Promise<RevisionInfo> {
    return this.#infoOf(number)
  }

  async head(): Promise<Revision | undefined> {
    const [row] = this.#read<FullRow>('SELECT * FROM revision ORDER BY number DESC LIMIT 1')
    return row && toRevision(row)
  }

  async list({ before = Number.MAX_SAFE_INTEGER, limit = -1 }: Page = {}): Promise<readonly RevisionInfo[]> {
    // SQLite takes a negative limit for none.
    const sql = `SELECT ${INFO} FROM revision WHERE number < ? ORDER BY number DESC LIMIT ?`
    return this.#read(sql, before, limit).map(toInfo).toReversed()
  }

  async newest(statuses: readonly RevisionStatus[]): Promise<RevisionInfo | undefined> {
    const any = statuses.map(() => '?').join()
    const sql = `SELECT ${INFO} FROM revision WHERE status IN (${any}) ORDER BY number DESC LIMIT 1`
    return this.#read(sql, ...statuses).map(toInfo)[0]
  }

  async setStatus(number: number, status: RevisionStatus, detail?: Detail): Promise<RevisionInfo> {
    this.#transact(() => this.#writeVerdict(number, { status, ...(detail && { detail }) }))
    return this.#changed(number)
  }

  async checkWritable(): Promise<void> {
    // A pragma that changes nothing is a page in the log like any other.
    if (this.#isFailing) this.#transact(() => this.#database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`))
  }

  async *watch(from: number, { signal }: { readonly signal?: AbortSignal } = {}) {
    const known = this.#listFrom(from)
    if (signal?.aborted) return yield* known
    // Listen before the first revision is handed out, so that no change is missed.
    const changes = on(this.#emitter, 'changed', signal === undefined ? {} : { signal })
    yield* known
    try {
      for await (const [revision] of changes) if (revision.number >= from) yield revision
    } catch (error) {
      if (!signal?.aborted) throw error
    }
  }

  async close(): Promise<void> {
    this.#database.close()
  }

  #changed(number: number): RevisionInfo {
    const info = this.#infoOf(number)
    this.#emitter.emit('changed', info)
    return info
  }

  #infoOf(number: number): RevisionInfo {
    const [row] = this.#read(`SELECT ${INFO} FROM revision WHERE number = ?`, number)
    if (row === undefined) throw notFound(number)
    return toInfo(row)
  }

  #listFrom(number: number): RevisionInfo[] {
    return this.#read(`SELECT ${INFO} FROM revision WHERE number >= ? ORDER BY number`, number).map(toInfo)
  }

  #writeVerdict(number: number, { status, detail }: Verdict): void {
    this.#run('UPDATE revision SET status = ?, detail = ? WHERE number = ?', status, toText(detail), number)
  }

  /** All that `write` does is on the disk when this returns; if it throws, none of it is. */
  #transact(write: () => void): void {
    explained(this.#path, () => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        write()
        this.#database.exec('COMMIT')
        this.#isFailing = false
      } catch (error) {
        this.#isFailing = true
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  #read<T = Row>(sql: string, ...parameters: (number | string)[]): T[] {
    return explained(this.#path, () => this.#database.prepare(sql).all(...parameters) as T[])
  }

  #run(sql: string, ...parameters: (string | number | null)[]): void {
    explained(this.#path, () => this.#database.prepare(sql).run(...parameters))
  }
}

function toText(detail: Detail | undefined): string | null {
  return detail === undefined ? null : JSON.stringify(detail)
}

function notFound(number: number): SwitchyardError {
  return new SwitchyardError('not-found', `there is no revision ${number}`)
}

function toInfo({ number, etag, author, created_at: createdAt, status, detail }: Row): RevisionInfo {
  return { number, etag, author, createdAt, status, ...(detail !== null && { detail: JSON.parse(detail) }) }
}

function toRevision(row: FullRow): Revision {
  return { ...toInfo(row), document: JSON.parse(row.document) }
}
