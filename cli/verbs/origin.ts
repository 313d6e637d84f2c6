// The comment of a saved document: which revision was in force when it was saved. `yard apply` compares it with the present one.

export interface Origin {
  /** The revision in force when the document was saved. */
  readonly revision: number
  /** Its ETag, without quotes. */
  readonly etag: string
}

const COMMENT = /^#.*\brevision (\d+), ETag "([^"]+)".*$/m

/** The comment of the revision in force. */
export function originComment({ revision, etag }: Origin): string {
  return `# revision ${revision}, ETag "${etag}": "yard apply" rejects this file if the document has changed since.`
}

/** The comment of an older revision, saved while `inForce` was in force. */
export function olderOriginComment(number: number, inForce: Origin): string {
  return `# The document of revision ${number}, saved when the one in force was\n${originComment(inForce)}`
}

/** The origin in a text; undefined if it has none. */
export function originIn(text: string): Origin | undefined {
  const [, revision, etag] = COMMENT.exec(text) ?? []
  return etag === undefined ? undefined : { revision: Number(revision), etag }
}

/** The text with another origin in its comment. */
export function withOrigin(text: string, origin: Origin): string {
  return text.replace(COMMENT, () => originComment(origin))
}
