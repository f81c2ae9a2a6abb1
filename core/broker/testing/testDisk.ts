import type { DiskCompletion, DiskImage, DiskOperation } from "../../wal/disk.ts";

/** A disk whose unsynced bytes a crash takes. The test says when an operation is done. */
export class TestDisk {
  readonly #files = new Map<string, { bytes: Uint8Array; durable: number }>();

  complete(operation: DiskOperation): DiskCompletion {
    const file = this.#file(operation.file);
    if (operation.kind === "truncate") {
      file.bytes = file.bytes.slice(0, operation.sizeBytes);
      file.durable = file.bytes.length;
    } else {
      const bytes = new Uint8Array(file.bytes.length + operation.bytes.length);
      bytes.set(file.bytes);
      bytes.set(operation.bytes, file.bytes.length);
      file.bytes = bytes;
      if (operation.sync) file.durable = bytes.length;
    }
    return { id: operation.id, error: null };
  }

  /** What is found after a power cut; `extraBytes` of the unsynced ones survive. */
  crash(extraBytes = 0): DiskImage {
    const image = new Map<string, Uint8Array>();
    for (const [name, file] of this.#files) {
      file.bytes = file.bytes.slice(0, file.durable + extraBytes);
      file.durable = file.bytes.length;
      image.set(name, file.bytes);
    }
    return image;
  }

  #file(name: string): { bytes: Uint8Array; durable: number } {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = { bytes: new Uint8Array(0), durable: 0 };
      this.#files.set(name, file);
    }
    return file;
  }
}
