// Everybody who calls, rightly or not: made once, from the issuer and the certificates of the testbed.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TokenIssuer } from "../../../services/issuer/token-issuer.ts";
import { writeCertificates } from "../../../testbed/certificates/folder.ts";
import { fetchToken, ISSUER } from "../../../testbed/issuer.ts";
import { AUDIENCE } from "../../../testbed/security.ts";
import type { Caller, Identity } from "./callers.ts";

const LIFETIME = 1_800;
const SERVICE = { name: "service", uris: ["spiffe://switchyard/service"] };

export interface Cast {
  /** In the order of the tables. */
  readonly callers: readonly Caller[];
  /** Each of them tries to pass for somebody else. */
  readonly attackers: readonly Caller[];
  /** Whose calls must never fail. */
  readonly authorised: Required<Pick<Caller, "token" | "identity">>;
  /** Trusts the Envoys, and shows nothing. */
  readonly nobody: Identity;
}

/**
 * @param certificates the folder of the authority that the listeners trust
 * @param scratch a folder for an authority that nobody trusts
 * @param tokens where tokens are had
 */
export async function castOf(
  certificates: string,
  scratch: string,
  tokens: string,
): Promise<Cast> {
  await mkdir(scratch, { recursive: true });
  await writeCertificates(certificates, { subjects: [SERVICE] });
  await writeCertificates(scratch);
  const nobody: Identity = {
    ca: await readFile(join(certificates, "ca.pem"), "utf8"),
  };
  const identityOf = async (
    name: string,
    folder = certificates,
  ): Promise<Identity> => ({
    ...nobody,
    certificate: await readFile(join(folder, `${name}.pem`), "utf8"),
    key: await readFile(join(folder, `${name}.key`), "utf8"),
  });
  const client = await identityOf("client");
  const issue = (
    roles: readonly string[],
    { audience = AUDIENCE, lifetime = LIFETIME, scope = "" } = {},
  ) =>
    fetchToken(tokens, {
      subject: "alice",
      audience,
      lifetime,
      claims: { roles, scope },
    });
  const [user, admin] = [
    await issue(["user"]),
    await issue(["admin"], { scope: "kv:write" }),
  ];
  const stranger = await (
    await TokenIssuer.create(ISSUER, "ES256")
  ).sign({
    subject: "alice",
    audience: AUDIENCE,
    lifetime: LIFETIME,
    claims: { roles: ["admin"] },
  });
  return {
    callers: [
      { name: "anonymous", identity: nobody },
      { name: "user", token: user, identity: client },
      { name: "admin", token: admin, identity: client },
      {
        name: "stranger",
        token: stranger,
        identity: await identityOf("client", scratch),
      },
      { name: "service", identity: await identityOf("service") },
    ],
    attackers: [
      {
        name: "a role written into a signed token",
        token: withRole(user, "admin"),
      },
      {
        name: "a token that says it needs no signature",
        token: unsigned(admin),
      },
      {
        name: "a token for another audience",
        token: await issue(["admin"], { audience: "payments" }),
      },
      {
        name: "a token that has ended",
        token: await issue(["admin"], { lifetime: -120 }),
      },
      { name: "a token signed by a stranger", token: stranger },
      {
        name: "headers that only checks write",
        headers: { "x-subject": "root", "x-auth-roles": "admin" },
      },
      {
        name: "a path of their own",
        headers: { "x-envoy-original-path": "/grpc.health.v1.Health/Check" },
      },
    ].map((attacker) => ({ ...attacker, identity: client })),
    authorised: { token: admin, identity: client },
    nobody,
  };
}

function withRole(token: string, role: string): string {
  const [header, payload = "", signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  return `${header}.${encode({ ...claims, roles: [role] })}.${signature}`;
}

function unsigned(token: string): string {
  return `${encode({ alg: "none", typ: "JWT" })}.${token.split(".")[1]}.`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
