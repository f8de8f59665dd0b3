/** Reading the `(key:value,list:List(a,b))` texts of the site's queries. */

/** The plain value of a key; null where it is missing. */
export function restliValue(text: string, key: string): string | null {
  const found = new RegExp(`[(,]${key}:([^,()]*)`).exec(text)?.[1];
  return found === undefined ? null : decoded(found);
}

/** The values of a key's list; empty where it is missing. */
export function restliList(text: string, key: string): string[] {
  const found = new RegExp(`[(,]${key}:List\\(([^()]*)\\)`).exec(text)?.[1] ?? '';
  return found.split(',').map(decoded).filter(Boolean);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
