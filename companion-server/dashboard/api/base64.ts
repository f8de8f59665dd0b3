/** The content of a file as routes take it. */
export async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const parts: string[] = [];
  // Whole triples per part, so that the parts can be joined without padding between them.
  const size = 3 * 8192;
  for (let start = 0; start < bytes.length; start += size) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(start, start + size))));
  }
  return parts.join('');
}
