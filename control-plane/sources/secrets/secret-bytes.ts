// What is in the files of a secret. It goes to Envoys by SDS and nowhere else.

/** In PEM. The document says which of them there are. */
export interface SecretBytes {
  /** The chain has certificates only, even if its file has a key too. */
  readonly certificate?: { readonly chain: string; readonly key: string }
  readonly ca?: string
  /** Lists of revoked certificates. Only beside `ca`. */
  readonly crl?: string
}

/** By the names of the document. */
export type SecretBytesByName = ReadonlyMap<string, SecretBytes>
