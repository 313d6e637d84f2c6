// The steps of the scenario: what each turns, and what every caller must get then.

/** Statuses by method, in the order of METHODS: 0 OK, 7 PERMISSION_DENIED, 14 UNAVAILABLE, 16 UNAUTHENTICATED. */
type Statuses = readonly [unary: number, bidirectional: number, put: number];

export interface Turn {
  /** Merged into the fleet. */
  readonly change: object;
  /** What the load moves to once that is in force; it stays where it is without. */
  readonly loadMovesTo?: "tls" | "plaintext";
}

export interface Step {
  readonly title: string;
  /** One after the other. */
  readonly turns: readonly Turn[];
  /** What callers speak. */
  readonly tls: boolean;
  /** Whether attackers have a certificate of their own to show; `nobody` shows none. */
  readonly attackers: "client" | "nobody";
  /** Whether attacks get in: where nothing asks, they are calls like others. */
  readonly open: boolean;
  readonly expected: Readonly<Record<string, Statuses>>;
}

const ALL: Statuses = [0, 0, 0];
const NO_TOKEN: Statuses = [16, 16, 16];
const NO_HANDSHAKE: Statuses = [14, 14, 14];
const ONLY_UNARY: Statuses = [0, 7, 7];

const OPEN = {
  anonymous: ALL,
  user: ALL,
  admin: ALL,
  stranger: ALL,
  service: ALL,
};
const TOKENS = {
  ...OPEN,
  anonymous: NO_TOKEN,
  stranger: NO_TOKEN,
  service: NO_TOKEN,
};
const ROLES = { ...TOKENS, user: ONLY_UNARY };

const on = { enabled: true };
const off = { enabled: false };
const checks = (jwt: object, opa: object, rbac: object) => ({
  security: { jwt, opa, rbac },
});
const turn = (change: object): readonly Turn[] => [{ change }];
const tls = (settings: object) => ({ listeners: { main: { tls: settings } } });

const SHADOW = { enabled: true, shadow: true };
const ENFORCED = { enabled: true, shadow: false };
/** Both are served, so that clients can move one by one. */
const PERMISSIVE = {
  enabled: true,
  requireClient: false,
  allowPlaintext: true,
};
const MUTUAL = { enabled: true, requireClient: true, allowPlaintext: false };

const plaintext = { tls: false, attackers: "client", open: false } as const;

export const STEPS: readonly Step[] = [
  { title: "open", turns: [], ...plaintext, open: true, expected: OPEN },
  {
    title: "JWT",
    turns: turn(checks(on, off, off)),
    ...plaintext,
    expected: TOKENS,
  },
  {
    title: "JWT and OPA",
    turns: turn(checks(on, on, off)),
    ...plaintext,
    expected: ROLES,
  },
  {
    title: "JWT and rules in shadow",
    turns: turn(checks(on, off, SHADOW)),
    ...plaintext,
    expected: TOKENS,
  },
  {
    title: "JWT and rules",
    turns: turn(checks(on, off, ENFORCED)),
    ...plaintext,
    expected: ROLES,
  },
  {
    title: "TLS beside plaintext",
    turns: [
      {
        change: { ...checks(off, off, off), ...tls(PERMISSIVE) },
        loadMovesTo: "tls",
      },
    ],
    ...{ tls: true, attackers: "nobody", open: true },
    // A client certificate of another authority is refused where one is asked for at all.
    expected: { ...OPEN, stranger: NO_HANDSHAKE },
  },
  {
    title: "mutual TLS",
    turns: turn(tls(MUTUAL)),
    ...{ tls: true, attackers: "nobody", open: false },
    expected: { ...OPEN, anonymous: NO_HANDSHAKE, stranger: NO_HANDSHAKE },
  },
  {
    title: "all together",
    turns: turn(checks(on, on, ENFORCED)),
    ...{ tls: true, attackers: "client", open: false },
    expected: { ...ROLES, anonymous: NO_HANDSHAKE, stranger: NO_HANDSHAKE },
  },
  {
    title: "open again",
    turns: [
      {
        change: { ...checks(off, off, off), ...tls(PERMISSIVE) },
        loadMovesTo: "plaintext",
      },
      { change: tls(off) },
    ],
    ...plaintext,
    open: true,
    expected: OPEN,
  },
];
