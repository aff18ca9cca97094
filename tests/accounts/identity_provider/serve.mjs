// A certified OpenID provider with a few people in it. `POST /test/fault` makes it answer wrongly.
// Arguments: the port, and the one redirect address that it allows.
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { Provider } from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const SECRET = "a secret of the tests that stands nowhere else";
const people = {
  anna: { preferred_username: "anna", name: "Anna Berger", email: "anna@example.com", roles: ["cs-admins", "staff"] },
  ben: { preferred_username: "ben", name: "Ben Carter", roles: ["cs-team"] },
  clara: { preferred_username: "clara", name: "Clara Costa", roles: ["staff"] },
  dora: { email: "dora@example.com", roles: "cs-team" },
};

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomUUID();
  const jwk = { ...privateKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
  const known = { ...createPublicKey(privateKey).export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
  return { kid, privateKey, jwk, known };
}

const key = newKey();
let fault = null;
let published = null; // the keys that /jwks answers with, where they are not the provider's own

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (part) => JSON.parse(Buffer.from(part, "base64url"));

function signed(claims, by = key, header = {}) {
  const text = `${encoded({ alg: "RS256", kid: by.kid, ...header })}.${encoded(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), by.privateKey).toString("base64url")}`;
}

const faults = {
  "wrong nonce": (claims) => signed({ ...claims, nonce: "another one" }),
  "no nonce": ({ nonce, ...claims }) => signed(claims),
  "wrong audience": (claims) => signed({ ...claims, aud: "another application" }),
  "wrong issuer": (claims) => signed({ ...claims, iss: "https://elsewhere.example.com" }),
  "wrong access token": (claims) => signed({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }),
  expired: (claims) => signed({ ...claims, exp: claims.iat - 3600, iat: claims.iat - 7200 }),
  "from the future": (claims) => signed({ ...claims, iat: claims.iat + 3600 }),
  "unknown key": (claims) => signed(claims, { ...newKey(), kid: key.kid }),
  "not signed": (claims) => `${encoded({ alg: "none" })}.${encoded(claims)}.`,
  "signed with our secret": (claims) => {
    const text = `${encoded({ alg: "HS256", kid: key.kid })}.${encoded(claims)}`;
    return `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
  },
  "new key": (claims) => {
    const fresh = newKey();
    published = { keys: [fresh.known] };
    return signed(claims, fresh);
  },
  "no id token": () => undefined,
};

const provider = new Provider(issuer, {
  clients: [{ client_id: "client-health", client_secret: SECRET, redirect_uris: [redirect] }],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email"], roles: ["roles"] },
  scopes: ["openid", "profile", "email", "roles"],
  pkce: { required: () => true },
  jwks: { keys: [key.jwk] },
  cookies: { keys: [randomUUID()] },
  ttl: { Session: 60, Interaction: 60, Grant: 60, AccessToken: 60, IdToken: 60 },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
});

provider.use(async (ctx, next) => {
  if (ctx.path === "/test/fault") {
    fault = ctx.query.is || null;
    if (!fault) published = null;
    ctx.status = 204;
    return;
  }
  if (fault === "down" && ctx.path !== "/auth") {
    ctx.status = 503;
    return;
  }
  await next();
  if (ctx.path === "/me" && fault === "another person") ctx.body = { ...people.anna, sub: "anna" };
  if (ctx.path === "/jwks" && published) ctx.body = published;
  if (ctx.path === "/token" && ctx.body?.id_token && faults[fault]) {
    ctx.body = { ...ctx.body, id_token: faults[fault](decoded(ctx.body.id_token.split(".")[1])) };
  }
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
