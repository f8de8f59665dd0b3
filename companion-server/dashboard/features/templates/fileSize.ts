const KB = 1024;
const MB = 1024 * KB;

/** Bytes as people read them: "12 KB", "1.4 MB". */
export function fileSize(bytes: number): string {
  if (bytes >= MB) return `${Number((bytes / MB).toFixed(1))} MB`;
  return `${Math.ceil(bytes / KB)} KB`;
}
