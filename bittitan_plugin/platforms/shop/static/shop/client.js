// Sends the documents of graphql/operations, unchanged, as any headless frontend would.

const OPERATIONS = "/shop/operations/";

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
  const body = JSON.stringify({ query: await withFragments(name), variables });
  const wasKept = token !== null;
  let answer = await ask(body);
  if (answer.isDenied) {
    // A token that was kept may be too old by now; a new one is not.
    token = null;
    if (wasKept) answer = await ask(body);
  }
  if (answer.isDenied && !viewer()) throw new SignInNeeded();
  if (answer.errors?.length) throw new Refused(answer.errors[0].message);
  return Object.values(answer.data)[0];
}

async function ask(body) {
  const headers = { "Content-Type": "application/json" };
  token ??= viewer() ? await askForToken() : null;
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await reach("/graphql/", { method: "POST", headers, body });
  const answer = await response.json().catch(() => {
    throw new Unreachable(`The shop answers with an error (${response.status}). Try again later.`);
  });
  const code = answer.errors?.[0]?.extensions?.exception?.code;
  return { ...answer, isDenied: response.status === 401 || code === "PermissionDenied" };
}

/** The same for a mutation, whose own refusals become the message of an error. */
export async function change(name, variables) {
  const payload = await run(name, variables);
  if (payload.errors.length) throw new Refused(payload.errors.map((e) => e.message).join(" "));
  return payload;
}

// Who is signed in says the site's session. This page asks for a token of it, which no other sees.

let token = null;

/** The address of whoever is signed in, as the page was made; empty for a stranger. */
export function viewer() {
  return document.documentElement.dataset.viewer;
}

async function askForToken() {
  const form = document.querySelector("[name=csrftoken]");
  const headers = { "X-CSRFToken": form.value };
  const response = await reach("/shop/token", { method: "POST", headers });
  if (response.status === 401 || response.status === 403) {
    document.documentElement.dataset.viewer = "";
    throw new SignInNeeded();
  }
  if (!response.ok) {
    throw new Unreachable(`The shop answers with an error (${response.status}). Try again later.`);
  }
  return (await response.json()).token;
}
