/** The one cookie that script may read: `<session id>.<count of refreshes>`. It says who is signed in, and proves nothing. */

const NAMES = ["__Host-recado_hint", "recado_hint"];

export interface Jar {
  read(): string;
  write(cookie: string): void;
}

export const browserJar: Jar = {
  read: () => document.cookie,
  write: (cookie) => {
    document.cookie = cookie;
  },
};

/** The hint as it stands in the jar now, or "" when nobody is signed in. */
export function readHint(jar: Jar): string {
  const pairs = jar.read().split("; ");
  for (const name of NAMES) {
    const pair = pairs.find((one) => one.startsWith(`${name}=`));
    if (pair) return pair.slice(name.length + 1);
  }
  return "";
}

/** The session that a hint stands for, which stays the same through its refreshes. */
export function sessionOf(hint: string): string {
  return hint.split(".")[0] ?? "";
}

/** Forget who was signed in, unless somebody else has signed in meanwhile. */
export function dropHint(jar: Jar, session: string): void {
  if (sessionOf(readHint(jar)) !== session) return;
  for (const name of NAMES) {
    jar.write(`${name}=; Max-Age=0; Path=/; SameSite=Strict${name.startsWith("__Host-") ? "; Secure" : ""}`);
  }
}
