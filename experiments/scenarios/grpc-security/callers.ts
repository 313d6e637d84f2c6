// Who calls: tokens and certificates, and one call that tells the status it came to.

import { create, toBinary } from "@bufbuild/protobuf";
import {
  EchoRequestSchema,
  EchoService,
} from "@envoy/xds-protos/switchyard/echo/v1/echo_pb.js";
import {
  KeyValueService,
  PutRequestSchema,
} from "@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js";
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";

const ECHO = toBinary(
  EchoRequestSchema,
  create(EchoRequestSchema, { message: "hello" }),
);
const PUT = toBinary(PutRequestSchema, create(PutRequestSchema, { key: "k" }));

/** What is called, in the order of the tables. */
export const METHODS = [
  { name: "Echo/Unary", path: `/${EchoService.typeName}/Unary`, message: ECHO },
  {
    name: "Echo/Bidirectional",
    path: `/${EchoService.typeName}/Bidirectional`,
    message: ECHO,
  },
  {
    name: "KeyValue/Put",
    path: `/${KeyValueService.typeName}/Put`,
    message: PUT,
  },
] as const;
export type Method = (typeof METHODS)[number];

/** Whom a client trusts and what it shows, in PEM. */
export interface Identity {
  readonly ca: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface Caller {
  readonly name: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Used where the listener speaks TLS. */
  readonly identity: Identity;
}

/** A call that is not answered by then counts as not answered. */
const DEADLINE_MS = 5_000;

/** On a connection of its own, so that it meets what is in force now. */
export async function statusOf(
  target: string,
  caller: Caller,
  method: Method,
  tls: boolean,
): Promise<number> {
  const client = openChannel(target, tls ? caller.identity : undefined);
  try {
    return await callOn(client, metadataOf(caller), method);
  } finally {
    client.close();
  }
}

/** A channel that shares its connection with no other; plaintext without an identity. */
export function openChannel(target: string, identity?: Identity): Client {
  return new Client(
    target,
    identity ? tlsOf(identity) : credentials.createInsecure(),
    {
      "grpc.use_local_subchannel_pool": 1,
      // Envoys on one host have addresses of their own, which the certificate does not name.
      ...(identity && { "grpc.ssl_target_name_override": "localhost" }),
    },
  );
}

/** The status of a call, 0 where it was answered. A method with streams is sent one message, and answers with one. */
export function callOn(
  client: Client,
  metadata: Metadata,
  { path, message }: Method,
): Promise<number> {
  const asIs = (bytes: Uint8Array) => Buffer.from(bytes);
  const options = { deadline: Date.now() + DEADLINE_MS };
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      message,
      metadata,
      options,
      (error: ServiceError | null) => resolve(error?.code ?? 0),
    );
  });
}

export function metadataOf({
  token,
  headers = {},
}: Pick<Caller, "token" | "headers">): Metadata {
  return Metadata.fromHttp2Headers({
    ...headers,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  });
}

function tlsOf({ ca, certificate, key }: Identity): ChannelCredentials {
  const pem = (text: string | undefined) =>
    text === undefined ? null : Buffer.from(text);
  return credentials.createSsl(Buffer.from(ca), pem(key), pem(certificate));
}
