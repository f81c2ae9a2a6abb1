/** Deflate without any frame (RFC 1951), by the browser's own code. */
export async function deflate(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export type Inflated =
  | { readonly kind: "text"; readonly text: string }
  /** It is not deflated UTF-8. */
  | { readonly kind: "damaged" }
  | { readonly kind: "tooLarge" };

/**
 * What was deflated, of at most so many bytes. Nothing beyond that is kept: a few bytes can hold
 * gigabytes.
 */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  sizeBytesMax: number,
): Promise<Inflated> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const reader = stream.getReader();
  let sizeBytes = 0;
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: "text", text: text + decoder.decode() };
      sizeBytes += value.length;
      if (sizeBytes > sizeBytesMax) {
        await reader.cancel();
        return { kind: "tooLarge" };
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return { kind: "damaged" };
  }
}
