// Sends the documents of graphql/operations, unchanged, as any headless frontend would.

const OPERATIONS = "/shop/operations/";
const SESSION = "bittitan.shop.session";

export class SignInNeeded extends Error {}
export class Unreachable extends Error {}
export class Refused extends Error {}

const texts = new Map();

function text(name) {
  if (!texts.has(name)) {
    const loading = load(OPERATIONS + name);
    // What could not be loaded is asked for again the next time.
    loading.catch(() => texts.delete(name));
    texts.set(name, loading);
  }
  return texts.get(name);
}

async function load(address) {
  const response = await reach(address);
  if (!response.ok) throw new Unreachable(`${address} answers ${response.status}`);
  return response.text();
}

async function reach(address, options) {
  try {
    return await fetch(address, options);
  } catch {
    throw new Unreachable("The shop cannot be reached. Check your connection and try again.");
  }
}

async function fragments() {
  const found = (await text("fragments.graphql")).split(/^(?=fragment )/m);
  return new Map(found.map((part) => [part.match(/^fragment (\w+)/)?.[1], part]));
}

/** The operation with the fragments it spreads, and those they spread. */
async function withFragments(name) {
  const operation = await text(name);
  const known = await fragments();
  const needed = new Map();
  const collect = (part) => {
    for (const [, spread] of part.matchAll(/\.\.\.\s*(?!on\b)(\w+)/g)) {
      if (!needed.has(spread)) {
        needed.set(spread, known.get(spread));
        collect(known.get(spread));
      }
    }
  };
  collect(operation);
  return [operation, ...needed.values()].join("\n");
}

/** The one field that the operation asks for. */
export async function run(name, variables = {}) {
  const headers = { "Content-Type": "application/json" };
  const token = session()?.token;
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = JSON.stringify({ query: await withFragments(name), variables });
  const response = await reach("/graphql/", { method: "POST", headers, body });
  const answer = await response.json().catch(() => {
    throw new Unreachable(`The shop answers with an error (${response.status}). Try again later.`);
  });
  if (answer.errors?.length) throw failure(answer.errors[0], response.status);
  return Object.values(answer.data)[0];
}

/** The same for a mutation, whose own refusals become the message of an error. */
export async function change(name, variables) {
  const payload = await run(name, variables);
  if (payload.errors.length) throw new Refused(payload.errors.map((e) => e.message).join(" "));
  return payload;
}

function failure(error, status) {
  const code = error.extensions?.exception?.code;
  if (status === 401 || code === "PermissionDenied") {
    signOut();
    return new SignInNeeded("Sign in to go on.");
  }
  return new Refused(error.message);
}

// The token lives as long as the tab and is seen by this page alone.

export function session() {
  return JSON.parse(sessionStorage.getItem(SESSION) ?? "null");
}

export async function signIn(email, password) {
  signOut();
  const { token, user } = await change("storefront/sign-in.graphql", { email, password });
  sessionStorage.setItem(SESSION, JSON.stringify({ token, email: user.email }));
}

export function signOut() {
  sessionStorage.removeItem(SESSION);
}
